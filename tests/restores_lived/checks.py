"""The invariants of restores: what must be true of every life, whatever went wrong in it (docs/protocol.md#rule-19).

Each is a function from a world to the ways in which it is broken. They judge the world and the raw facts.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec

from image_export.use_cases.ports import Stored
from image_export.values.restore.steps import Made
from tests.restore.world import REGION, SOURCE

from .cloud import UNPACKED, LivingImporting
from .weather import OF_READS, ROLE
from .world import TARGETS, World

LASTING = frozenset({*ROLE, *OF_READS})
CALLED_AFTER_CANCEL = timedelta(minutes=15)  # by a worker that had looked before, killed by then, and what it sent


class Told:
    """A restore as its raw facts tell it."""

    def __init__(self, world: World, restore_id: str) -> None:
        self.world, self.restore_id = world, restore_id
        folder = f"restores/{restore_id}/"
        self.facts = {key.removeprefix(folder): world.objects[key] for key in world.objects.below(folder)}
        self.ended: dict[str, Any] | None = self.body("ended")
        self.made = {
            image: made
            for cloud in self.clouds
            for image, made in cloud.imports.items()
            if made.restore_id == restore_id
        }

    @property
    def clouds(self) -> list[LivingImporting]:
        """Its account's, in every region."""
        account = self.body("requested")["Request"]["Role"]["AccountId"]
        return [cloud for (owner, _), cloud in self.world.clouds.items() if owner == account]

    @property
    def region(self) -> str:
        """Where its image is wanted."""
        return self.body("requested")["Request"]["RegionId"] or REGION

    def there(self, image: str) -> Made | None:
        """The image, in whatever region."""
        return next((cloud.images[image] for cloud in self.clouds if image in cloud.images), None)

    def body(self, name: str) -> Any:
        """The fact, or None."""
        stored: Stored | None = self.facts.get(name)
        return msgspec.json.decode(stored.body)["Fact"] if stored else None

    @property
    def status(self) -> str | None:
        """How it ended."""
        return self.ended["Status"] if self.ended else None

    @property
    def alive(self) -> list[str]:
        """Its images that are there."""
        return [one for one in self.made if self.there(one)]

    @property
    def error(self) -> str:
        """The code of its failure."""
        return str(((self.ended or {}).get("Error") or {}).get("Code"))


def restores(world: World) -> list[Told]:
    """All that were recorded."""
    requested = (key for key in world.objects.below("restores/") if key.endswith("/requested"))
    return [Told(world, key.split("/")[1]) for key in requested]


def each_restore_ends(world: World) -> Iterator[str]:
    """By now."""
    yield from (f"{one.restore_id} has no end" for one in restores(world) if one.ended is None)


def one_image(world: World) -> Iterator[str]:
    """Exactly one of a Completed restore, none of another one but such as lost its tag."""
    for one in restores(world):
        kept = [one.ended["ImageId"]] if one.ended and one.status == "Completed" else []
        elsewhere = [cloud for cloud in world.clouds.values() if cloud not in one.clouds]
        if any(made.restore_id == one.restore_id for cloud in elsewhere for made in cloud.imports.values()):
            yield f"{one.restore_id} made an image in another account"
        extra = [image for image in one.alive if image not in kept and image not in world.untagged]
        if extra:
            yield f"{one.restore_id} is {one.status} with {kept}, and {extra} are there"
        if any(image not in one.alive for image in kept):
            yield f"{one.restore_id} is Completed, and {kept} is not there"
        if any(image not in one.made for image in kept):
            yield f"{one.restore_id} is Completed by {kept}, which it did not make"


def nothing_is_left(world: World) -> Iterator[str]:
    """No snapshot without its image, nothing unpacked, no upload, no marker, no hint."""
    for cloud in world.clouds.values():
        named = {snapshot for made in cloud.images.values() for snapshot in made.snapshot_ids}
        yield from sorted(cloud.snapshots - named)
        yield from (key for key in sorted(cloud.objects) if key.startswith(UNPACKED))
        yield from (f"upload of {key}" for key in cloud.uploads_begun.values())
    for kind in ("due/", "open-restores/"):
        yield from world.objects.below(kind)


def never_a_false_success(world: World) -> Iterator[str]:
    """Completed: the image is Available, made of objects that were as the manifest says, with what was asked for."""
    for one in restores(world):
        if one.ended is None or one.status != "Completed":
            continue
        made = one.there(one.ended["ImageId"])
        if made is None:
            continue
        if made.image.region_id != one.region:
            yield f"{one.restore_id} is Completed in {made.image.region_id}, and was asked for in {one.region}"
        if made.image.status != "Available":
            yield f"{one.restore_id} is Completed, and {made.image.image_id} is {made.image.status}"
        if one.made[made.image.image_id].bad:
            yield f"{one.restore_id} is Completed of an object that was altered"
        told = {difference["Field"] for difference in one.ended["Differences"]}
        if "Tag acs:ecs:image:osVersion" not in told:
            yield f"{one.restore_id} is Completed, and does not say which tag is lost"
        if (made.image.boot_mode, made.image.family) != ("UEFI-Preferred", "web") and not told & {
            "BootMode",
            "ImageFamily",
        }:
            yield f"{one.restore_id} is Completed, and does not say what is otherwise"
        refused = any(code for _, code in world.answers["modify_image"])
        if made.image.features != SOURCE.features and not refused:
            yield f"{one.restore_id} is Completed with {made.image.features}, and nobody was refused to set them"


def never_a_false_failure(world: World) -> Iterator[str]:
    """Failed: for a reason that there was. Cancelled: somebody asked."""
    for one in restores(world):
        if one.status == "Failed" and one.error not in world.reasons and not refused_for_long(world, one.error):
            yield f"{one.restore_id} failed for {one.error}, and there was nothing but {sorted(world.reasons)}"
        if one.status == "Cancelled" and "cancel" not in one.facts:
            yield f"{one.restore_id} is Cancelled, and nobody asked"


def refused_for_long(world: World, code: str) -> bool:
    """Whether looks, or calls, were refused for ten minutes without another answer, and so in the end."""
    several = len(restores(world)) > 1  # nobody tells whose calls those of an account are
    return any(_lasts(answers, code, apart=several or of == "unpack") for of, answers in world.answers.items())


def _lasts(answers: list[tuple[datetime, str]], code: str, *, apart: bool) -> bool:
    """`apart`: what else was answered in between says nothing."""
    began: datetime | None = None
    for at, answer in answers:
        if answer == code and began and at - began >= timedelta(minutes=10):
            return True
        if answer in LASTING:
            began = began or at
        elif not apart:
            began = None
    return False


def called_off_is_called_off(world: World) -> Iterator[str]:
    """No image is made for a restore that was called off long before."""
    for one in restores(world):
        cancel = one.facts.get("cancel")
        if cancel is None:
            continue
        late = cancel.modified_at + CALLED_AFTER_CANCEL
        made = [image for image in one.made if one.made[image].made_at > late]
        yield from (f"{one.restore_id} was called off, and made {image}" for image in made)


def events_are_true(world: World) -> Iterator[str]:
    """Each target is told the end once, by one id and one content, and no other end."""
    told: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for target, event in world.notifier.delivered:
        told[target, event["id"]].append(event)
    for (target, event_id), events in told.items():
        if any(event != events[0] for event in events):
            yield f"{target} was told {event_id} in two ways"
    for one in restores(world):
        if one.ended is None:
            continue
        for target in TARGETS:
            ends = {event_id.split(".")[1] for to, event_id in told if to == target and one.restore_id in event_id}
            if ends - {"Started"} != {str(one.status)}:
                yield f"{target} was told {sorted(ends)} of {one.restore_id}, which is {one.status}"
                continue
            said = told[target, f"{one.restore_id}.{one.status}"][0]["data"]
            if (said["Status"], said["ImageId"]) != (one.status, one.ended["ImageId"]):
                yield f"{target} was told {said} of {one.restore_id}"
    for event_id in {event_id for _, event_id in told}:
        said_by = [msgspec.json.encode(told[target, event_id][0]) for target in TARGETS if (target, event_id) in told]
        if len(set(said_by)) > 1:
            yield f"{event_id} is one thing to one target, and another to the other"


def one_request_is_one_restore(world: World) -> Iterator[str]:
    """However often it came; and what was answered is recorded."""
    known = {one.restore_id for one in restores(world)}
    for token, answered in world.asked.items():
        if len(answered) > 1 or not answered <= known:
            yield f"{token} is {sorted(answered)}"


def the_ledger_explains_itself(world: World) -> Iterator[str]:
    """The history shows the end, each target is known to be told, and no bug was met."""
    for one in restores(world):
        listed = world.objects.get(one.body("requested")["Listed"])
        if not listed or f'"Status":"{one.status}"'.encode() not in listed.body:
            yield f"the history does not show the end of {one.restore_id}"
        said = sum(name.startswith(f"told-restore{str(one.status).lower()}-") for name in one.facts)
        if said != len(TARGETS):
            yield f"{said} targets are known to be told of the end of {one.restore_id}"
    for line in world.log.lines:
        if line["event"] == "look.broken" and line.get("exc_info"):
            yield f"a bug: {line['code']} {line['error']}"


CHECKS: dict[str, Callable[[World], Iterator[str]]] = {
    "each restore ends": each_restore_ends,
    "one image": one_image,
    "nothing is left": nothing_is_left,
    "no false success": never_a_false_success,
    "no false failure": never_a_false_failure,
    "called off": called_off_is_called_off,
    "events are true": events_are_true,
    "one request is one restore": one_request_is_one_restore,
    "the ledger explains itself": the_ledger_explains_itself,
}
