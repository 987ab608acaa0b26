"""Images and their life: Creating, then Available after a minute, unless the control call says otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from alicloud_emulator.clock import CloudClock
from alicloud_emulator.ecs.image import Image
from alicloud_emulator.ecs.image_events import ApiCall, ImageEvents
from alicloud_emulator.ecs.image_fields import completed
from alicloud_emulator.ecs.plan import plan_of
from alicloud_emulator.ecs.regions import checked
from alicloud_emulator.ecs.snapshots import Snapshots
from alicloud_emulator.errors import ApiError

CREATION = timedelta(seconds=60)
MOST_COPIES = 5  # at a time in a region (CopyImage page)


class Images:
    """Every image of every region."""

    def __init__(self, clock: CloudClock, account_id: str, events: ImageEvents) -> None:
        self._clock = clock
        self._account_id = account_id
        self._events = events
        self._images: dict[str, Image] = {}
        self.snapshots = Snapshots()
        self._regions: dict[str, dict[str, Image]] = defaultdict(dict)

    def __iter__(self) -> Iterator[Image]:
        return iter(self._images.values())

    def of(self, region: str) -> Iterator[Image]:
        """Every image of a region."""
        return iter(self._regions[region].values())

    def find(self, image_id: str, region: str, account_id: str) -> Image:
        """The image in this region, if the account may see it."""
        image = self._images.get(image_id)
        if image is None or image.region != region or image.status == "Deleted" or not image.visible_to(account_id):
            raise ApiError(404, "InvalidImageId.NotFound", "The specified ImageId does not exist.")
        return image

    def create(self, values: dict[str, Any], call: ApiCall | None = None) -> Image:
        """Create an image from fields of DescribeImages; `_export` is how its exports go, `call` what has made it."""
        fields = dict(values)
        plan = plan_of(fields.pop("_export", None))
        region = checked(fields.pop("RegionId", ""))
        now = self._clock.now()
        grows = "Status" not in fields
        fields = completed(fields, self._account_id, now)
        image = Image(region=region, account_id=str(fields["ImageOwnerId"]), fields=fields, plan=plan)
        if image.id in self._images and self._images[image.id].status != "Deleted":
            raise ApiError(409, "ImageIdInUse", f"There is an image {image.id} already.")
        if (former := self._images.get(image.id)) is not None:
            del self._regions[former.region][image.id]
        self._images[image.id] = self._regions[region][image.id] = image
        self.snapshots.add(image, now)
        self._events.created(image, now, call)
        if grows:
            self._clock.at(now + CREATION, lambda when: self._ripen(image, when))
        return image

    def copy(self, source: Image, values: dict[str, Any], call: ApiCall) -> Image:
        """Create a copy; a region makes a few at a time, and the others wait for their turn."""
        before = sum(one.status == "Creating" for one in self.of(values["RegionId"]) if one.copy_of)
        image = self.create({**values, "Status": "Creating"}, call)
        image.copy_of, image.disk = source.id, source.disk
        ready = self._clock.now() + CREATION * (1 + before // MOST_COPIES)
        self._clock.at(ready, lambda when: self._ripen(image, when))
        return image

    def copying(self, image: Image) -> bool:
        """Whether the image is being copied, or is itself a copy that is being made."""
        made = (one for one in self if one.copy_of and one.status == "Creating")
        return any(one is image or one.copy_of == image.id for one in made)

    def change(self, image_id: str, values: dict[str, Any]) -> Image:
        """Change fields of an image."""
        image = self._images.get(image_id)
        if image is None:
            raise ApiError(404, "InvalidImageId.NotFound", f"There is no image {image_id}.")
        fields = dict(values)
        if "_export" in fields:
            image.plan = plan_of(fields.pop("_export"))
        before = image.status
        image.fields.update(fields)
        if image.status != before:
            self._became(image, self._clock.now())
        return image

    def become(self, image: Image, status: str, when: datetime) -> None:
        """Give an image its next state."""
        image.fields["Status"] = status
        self._became(image, when)

    def tell(self, image: Image, when: datetime) -> None:
        """Tell the state of an image once more."""
        self._events.state_changed(image, when)

    def _ripen(self, image: Image, when: datetime) -> None:
        """An image that is still being created becomes Available."""
        if image.status == "Creating" and self._images.get(image.id) is image:
            image.fields["Status"] = "Available"
            self._became(image, when)

    def _became(self, image: Image, when: datetime) -> None:
        if image.status == "Available":
            image.fields["Progress"] = "100%"
            self.snapshots.became(image)
        self._events.state_changed(image, when)
