"""All images of an account and region, page by page, as far as the time goes. Decides nothing about any of them."""

from typing import NamedTuple

from ...values.image import Image
from ...values.place import Place, Scope
from ..context import Context
from ..ports import Unread

TIME_SHARE = 0.5  # of what is left of the invocation: the rest is for what is to be done with the images


class Listed(NamedTuple):
    """The images, what could not be read, and the page on which the listing goes on where the time ran out."""

    images: list[Image]
    unread: tuple[Unread, ...]
    goes_on: int | None

    def cursor(self, place: Place) -> str:
        """The same page as a run keeps it; empty where there is none."""
        return f"{place}/{self.goes_on}" if self.goes_on else ""


def list_images(context: Context, scope: Scope, page: int = 1) -> Listed:
    """Each image once: one that is made between two pages pushes another onto both. At least one page."""
    cloud = context.clouds.at(scope.role, scope.region_id, scope.bucket)
    until_s, more = context.remaining_s() * TIME_SHARE, True
    images, unread = dict[str, Image](), list[Unread]()
    while more:
        listing = cloud.images(page)
        images |= {image.image_id: image for image in listing.images if image.image_id not in images}
        unread += listing.unread
        page, more = page + 1, listing.more
        if more and context.remaining_s() < until_s:
            break
    context.unreadable_entries(unread, account_id=scope.role.account_id, region_id=scope.region_id)
    return Listed(list(images.values()), tuple(unread), page if more else None)
