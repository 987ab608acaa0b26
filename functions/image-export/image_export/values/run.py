"""A nightly run: what it has done so far, so that it goes on where it stopped. Pure."""

from .wire import Wire


class Totals(Wire, frozen=True, kw_only=True):
    """The count of one account and region. `fault`: why it could not be looked at."""

    account_id: str
    region_id: str
    images: int = 0
    recorded: int = 0
    exported: int = 0  # already, or on the way
    unwanted: int = 0
    fault: str | None = None


class Planned(Wire, frozen=True, kw_only=True):
    """One image of a plan, as a person reads it."""

    account_id: str
    region_id: str
    image_id: str
    image_name: str
    wanted: bool
    rule: str | None = None
    reason: str
    warning: str | None = None


class Run(Wire, frozen=True, kw_only=True):
    """The cursor: which groups are through, with what counts, and how many each rule has had."""

    run_id: str
    totals: tuple[Totals, ...] = ()
    by_rule: dict[str, int]
    finished: bool = False

    def is_through(self, account_id: str, region_id: str) -> bool:
        """Whether the group has been looked at in this run."""
        return any((one.account_id, one.region_id) == (account_id, region_id) for one in self.totals)


class NightlyAnswer(Wire, frozen=True, kw_only=True):
    """What `on_nightly` answers: totals by account and region; for a DryRun the plan, as far as it can be read."""

    request_id: str
    run_id: str
    dry_run: bool = False
    finished: bool
    totals: tuple[Totals, ...]
    warnings: tuple[str, ...] = ()
    plan: tuple[Planned, ...] = ()
