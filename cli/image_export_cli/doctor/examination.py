"""The examination: files, then credentials, then every check that these allow. Reads, and at most one event a bus."""

from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from ..deployment.finding import Finding
from ..session import Session
from .checks import buckets, clock, enabled, functions, notify, roles, versions
from .examined import NOTHING_MORE, Evidence, Examined

CHECKS: tuple[tuple[str, Callable[[Examined], Iterable[Finding]]], ...] = (
    ("clock", clock.clock),
    ("ledger", buckets.ledger),
    ("policy", buckets.policy),
    ("function roles", roles.functions),
    ("assumed roles", roles.assumed),
    ("export role", roles.ecs),
    ("destinations", buckets.destinations),
    ("export enabled", enabled.enabled),
    ("functions", functions.deployed),
    ("notify targets", notify.targets),
    ("SDK versions", versions.versions),
)


def examine(session: Session, evidence: Evidence = NOTHING_MORE) -> Iterator[Finding]:
    """Each finding as soon as it is there. What cannot be looked at without something that is wrong is left out."""
    yield from session.open()
    if session.account and session.deployment:
        examined = Examined(session.deployment, session.account, evidence)
        for name, check in CHECKS:
            yield from (replace(finding, check=name) for finding in check(examined))
