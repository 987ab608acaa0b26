"""What nights have decided on one image, read from their records one at a time. Changes nothing."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from ...decisions.results.night_record import UNREADABLE, night_of
from ...errors import FactUnreadable
from ...values import ledger_keys as keys
from ...values.night import ImageNight, ImageNights
from ..ledger.ledger import Ledger

NIGHTS = 30


def nights_of(ledger: Ledger, image_id: str, *, most: int = NIGHTS) -> ImageNights:
    """What the latest `most` nights have decided on the image, and since when it is known.

    That one is read from the oldest night on that may list it: none before the image was made does. A record that
    cannot be read is named. Raises LedgerFault.
    """
    names = [name for _, _, name in sorted(_records(ledger))]
    unread: list[str] = []
    nights = list(_nights(ledger, image_id, names[::-1][:most], unread))
    if not nights:
        return ImageNights(unread=tuple(unread))
    made = nights[0].decided.created_at
    older = (name for name in names[:-most] if made is None or name.date >= made.strftime("%Y-%m-%d"))
    first = next(_nights(ledger, image_id, older, unread), nights[-1])
    return ImageNights(since=first.began_at, nights=tuple(nights), unread=tuple(unread))


def _records(ledger: Ledger) -> Iterator[tuple[str, datetime, keys.NightRecord]]:
    """By date, and of one date by their time."""
    for entry in ledger.walk(keys.NightRecord.below()):
        name = keys.NightRecord.read(entry.key)
        if name:
            yield name.date, entry.modified_at, name


def _nights(
    ledger: Ledger, image_id: str, names: Iterable[keys.NightRecord], unread: list[str]
) -> Iterator[ImageNight]:
    """Of each record that lists the image what it says; those that cannot be read are put to `unread`."""
    for name in names:
        try:
            found = night_of(ledger.bytes_of(name.key) or b"", image_id)
        except (FactUnreadable, *UNREADABLE):
            unread.append(name.key)
            continue
        if found:
            yield found
