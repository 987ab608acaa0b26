"""All images of an account and region, page by page, as far as the time goes. Decides nothing about any of them."""

from collections.abc import Iterator
from typing import NamedTuple

from ...values.image import Image
from ...values.place import Place, Scope
from ..context import Context
from ..paging import by_number
from ..ports import Cloud, Unread

TIME_SHARE = 0.5  # of what is left of the invocation: the rest is for what is to be done with the images


class Listed(NamedTuple):
    """The images of these pages, what could not be read, and whether there are more, for which the time ran out."""

    images: list[Image]
    unread: tuple[Unread, ...]
    first: int
    last: int
    more: bool

    @property
    def goes_on(self) -> int | None:
        """The page on which the listing goes on."""
        return self.last + 1 if self.more else None

    def cursor(self, place: Place) -> str:
        """The same page as a run keeps it; empty where there is none."""
        return f"{place}/{self.goes_on}" if self.goes_on else ""


def pages(cloud: Cloud, first: int = 1) -> Iterator[Listed]:
    """Page by page, for whoever keeps no more than one. An image that was pushed from the page before is left out."""
    before: set[str] = set()
    for number, listing in enumerate(by_number(cloud.images, first), first):
        new = [image for image in listing.images if image.image_id not in before]
        yield Listed(new, listing.unread, number, number, listing.more)
        before = {image.image_id for image in listing.images}


def list_images(context: Context, scope: Scope, first: int = 1) -> Listed:
    """Each image once: one that is made between two pages pushes another onto both. At least one page."""
    cloud = context.clouds.at(scope.role, scope.region_id, scope.bucket)
    until_s = context.remaining_s() * TIME_SHARE
    images, unread = dict[str, Image](), list[Unread]()
    for number, listing in enumerate(by_number(cloud.images, first), first):  # noqa: B007 - the last one is used below
        images |= {image.image_id: image for image in listing.images if image.image_id not in images}
        unread += listing.unread
        if listing.more and context.remaining_s() < until_s:
            break
    context.unreadable_entries(unread, account_id=scope.role.account_id, region_id=scope.region_id)
    return Listed(list(images.values()), tuple(unread), first, number, listing.more)
