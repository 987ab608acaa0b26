"""A nightly run: what it has decided and done so far, so that it goes on where it stopped. Pure."""

from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Literal, NamedTuple

import msgspec
from msgspec import field
from msgspec.structs import replace

from .answer import Answer
from .export_request import ExportRequest
from .place import Place
from .wire import Wire

Before = Literal["none", "standing", "failed", "cancelled"]  # what became of an image's newest export
UNREAD_SHOWN_MAX = 20


class Newest(NamedTuple):
    """The newest export of a natural key, and what became of it."""

    export_id: str
    before: Before


class Totals(Wire, frozen=True, kw_only=True):
    """The count of one account and region. `fault`: why it could not be looked at."""

    account_id: str = field(name="AccountId")
    region_id: str = field(name="RegionId")
    images: int = field(name="Images", default=0)
    recorded: int = field(name="Recorded", default=0)
    exported: int = field(name="Exported", default=0)  # already, or on the way
    cancelled: int = field(name="Cancelled", default=0)  # by somebody, and not wanted again
    left_over: int = field(name="LeftOver", default=0)  # for the next nights, by `max_per_run`
    unwanted: int = field(name="Unwanted", default=0)
    unreadable: int = field(name="Unreadable", default=0)  # entries of the cloud's list, left out of `images`
    unfinished: bool = field(name="Unfinished", default=False)  # the time ran out in the midst of it
    fault: str | None = field(name="Fault", default=None)

    @property
    def place(self) -> Place:
        """Which count it is."""
        return Place(self.account_id, self.region_id)

    @property
    def settled(self) -> int:
        """How many were recorded of the images that are counted. A worker that ran out of time has recorded more."""
        return self.images - self.exported - self.cancelled - self.left_over - self.unwanted


class Planned(Wire, frozen=True, kw_only=True):
    """One image of a plan, as a person reads it. `rule`: the one that matched, though the image may be out."""

    account_id: str = field(name="AccountId")
    region_id: str = field(name="RegionId")
    image_id: str = field(name="ImageId")
    image_name: str = field(name="ImageName")
    wanted: bool = field(name="Wanted")
    rule: str | None = field(name="Rule", default=None)
    reason: str = field(name="Reason")
    warning: str | None = field(name="Warning", default=None)


class Decision(Planned, frozen=True, kw_only=True):
    """In or out, with what is to be recorded. `before`: what became of the image's export."""

    created_at: datetime | None = field(name="CreatedAt", default=None)
    before: Before = field(name="Before", default="none")
    left_over: bool = field(name="LeftOver", default=False)  # wanted, and more than `max_per_run`
    request: ExportRequest | None = field(name="Request", default=None)
    may_match: bool = field(name="MayMatch", default=False)
    nearly: str | None = field(name="Nearly", default=None)
    export_id: str | None = field(name="ExportId", default=None)  # that stands already

    @property
    def place(self) -> Place:
        """Where the image is."""
        return Place(self.account_id, self.region_id)

    @property
    def key(self) -> str:
        """Which image it is about."""
        return f"{self.place}/{self.image_id}"

    def shown(self) -> Planned:
        """What a person reads of it."""
        return Planned(**{name: getattr(self, name) for name in Planned.__struct_fields__})


class Chosen(Wire, frozen=True, kw_only=True):
    """The images that a run records by rules with `max_per_run`: the first choice that any of its workers has made."""

    images: tuple[str, ...] = field(name="Images")


class Run(Wire, frozen=True, kw_only=True):
    """The cursor: which accounts and regions are through, with what counts, and what is still to be recorded."""

    run_id: str = field(name="RunId")
    began_at: datetime = field(name="BeganAt")
    totals: tuple[Totals, ...] = field(name="Totals", default=())
    matched: tuple[str, ...] = field(name="Matched", default=())  # the rules that have matched an image
    unread: tuple[str, ...] = field(name="Unread", default=())  # which entries these are, the first of them
    # of rules with `max_per_run`: the first of all that were seen
    chosen: tuple[Decision, ...] = field(name="Chosen", default=())
    state: Literal["working", "paused", "finished"] = field(name="State", default="working")

    # <account>/<region>/<page> on which a listing goes on that the time was too short for
    listed: str = field(name="Listed", default="")

    # why the night's record lacks images, if it does
    record_fault: str = field(name="RecordFault", default="")

    @property
    def finished(self) -> bool:
        """Whether it has been everywhere."""
        return self.state == "finished"

    @property
    def date(self) -> str:
        """The night's date in UTC. Of its trigger's time where it is named by that: a repetition has the same one."""
        try:
            at = msgspec.convert(self.run_id, datetime)
        except msgspec.ValidationError:
            at = self.began_at
        return (at.astimezone(timezone.utc) if at.tzinfo else at).strftime("%Y-%m-%d")

    def by(self, rules: Iterable[str]) -> "Run":
        """The same run without what was chosen by a rule that is gone; the counts have that under `left_over`."""
        names = set(rules)
        return replace(self, chosen=tuple(one for one in self.chosen if one.rule in names))

    def of(self, place: Place) -> Totals:
        """The count there so far; one that is `unfinished` where it has not been."""
        there = (one for one in self.totals if one.place == place)
        return next(there, Totals(account_id=place.account_id, region_id=place.region_id, unfinished=True))

    def page(self, place: Place) -> int:
        """The page of images to go on with there."""
        where, _, page = self.listed.rpartition("/")
        return int(page) if where == str(place) else 1

    def with_unread(self, place: Place, entries: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        """What could not be read so far, with these entries and fields there; the first of them."""
        return (*self.unread, *(f"{place.shown}: {entry} ({field})" for entry, field in entries))[:UNREAD_SHOWN_MAX]

    def with_totals(self, totals: Totals) -> tuple[Totals, ...]:
        """The counts with this one in its place, or behind the others."""
        was = self.of(totals.place)
        if was not in self.totals:
            return (*self.totals, totals)
        return tuple(totals if one is was else one for one in self.totals)


class NightlyAnswer(Answer, frozen=True, kw_only=True):
    """What `on_nightly` answers: the exports that this call has recorded, and how many images are unwanted (`ignored`).

    Of the whole run totals by account and region; for a DryRun the plan, as far as it can be read, and how many rows
    that leaves out. `repeated`: the run was finished before this call, which has looked at nothing.
    """

    run_id: str = field(name="RunId")
    began_at: datetime = field(name="BeganAt")
    dry_run: bool = field(name="DryRun", default=False)
    finished: bool = field(name="Finished")
    repeated: bool = field(name="Repeated", default=False)
    totals: tuple[Totals, ...] = field(name="Totals")
    warnings: tuple[str, ...] = field(name="Warnings", default=())
    plan: tuple[Planned, ...] = field(name="Plan", default=())
    plan_omitted: int = field(name="PlanOmitted", default=0)
