"""A night as it is kept and told: every image with its decision, what came of the run, and who hears of it. Pure."""

from datetime import datetime

from msgspec import field

from .notify_target import AnyChannel, CloudTarget
from .run import Planned, Totals
from .wire import Wire


class NightRow(Planned, frozen=True, kw_only=True):
    """One image of a night's record: what the night decided on it, and why.

    `export_id`: the export that the night has recorded, or that there was already.
    """

    created_at: datetime | None = field(name="CreatedAt", default=None)
    left_over: bool = field(name="LeftOver", default=False)  # wanted, and not recorded: the next night comes to it
    export_id: str | None = field(name="ExportId", default=None)


class LimitedRow(Wire, frozen=True, kw_only=True):
    """An image among which a rule with `max_per_run` chooses, until the end of the run: its row if it is chosen."""

    row: NightRow = field(name="Row")
    natural_key: str | None = field(name="NaturalKey")  # unless it was beyond the limit from the beginning
    otherwise: str = field(name="Otherwise")  # its reason if it is not


class NightFinished(Wire, frozen=True, kw_only=True):
    """A night that is through, as it is told; its time is OSS's.

    `policy`: a hash of the policy. `record`: where every image stands, unless that could not be written.
    """

    run_id: str = field(name="RunId")
    began_at: datetime = field(name="BeganAt")
    finished_at: datetime = field(name="FinishedAt")
    policy: str = field(name="Policy")
    totals: tuple[Totals, ...] = field(name="Totals")
    warnings: tuple[str, ...] = field(name="Warnings", default=())
    record: str | None = field(name="Record", default=None)
    notify: tuple[CloudTarget, ...] = field(name="Notify", default=())
    channels: tuple[AnyChannel, ...] = field(name="Channels", default=())


class NightRecord(Wire, frozen=True, kw_only=True):
    """The document of a night, as `nights/<date>/<run>.json.gz` holds it."""

    run_id: str = field(name="RunId")
    began_at: datetime = field(name="BeganAt")
    finished_at: datetime = field(name="FinishedAt")
    policy: str = field(name="Policy")
    images: tuple[NightRow, ...] = field(name="Images")
    totals: tuple[Totals, ...] = field(name="Totals")
    warnings: tuple[str, ...] = field(name="Warnings")


class ImageNight(Wire, frozen=True, kw_only=True):
    """What one night has decided on an image."""

    run_id: str = field(name="RunId")
    began_at: datetime = field(name="BeganAt")
    decided: NightRow = field(name="Decided")


class ImageNights(Wire, frozen=True, kw_only=True):
    """What nights have decided on an image, the newest first.

    `since`: when the first night began that lists it; None where none of the nights that were asked for does.
    `unread`: the records that could not be read, by their keys.
    """

    since: datetime | None = field(name="Since", default=None)
    nights: tuple[ImageNight, ...] = field(name="Nights", default=())
    unread: tuple[str, ...] = field(name="Unread", default=())
