"""The examination: files, then credentials, then every check that these allow. Reads, but for one event a bus."""

from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from ..deployment.finding import Finding
from ..session import Session
from .checks import buckets, clock, drilling, enabled, functions, notify, pause, restoring, roles, versions, watcher
from .examined import NOTHING_MORE, Evidence, Examined

Check = tuple[str, Callable[[Examined], Iterable[Finding]]]
CHECKS: tuple[Check, ...] = (
    ("clock", clock.clock),
    ("ledger", buckets.ledger),
    ("pause", pause.paused),
    ("watcher", watcher.watcher),
    ("policy", buckets.policy),
    ("function roles", roles.functions),
    ("assumed roles", roles.assumed),
    ("export role", roles.ecs),
    ("restores", restoring.restores),
    ("drills", drilling.drills),
    ("destinations", buckets.destinations),
    ("export enabled", enabled.enabled),
    ("functions", functions.deployed),
    ("notify targets", notify.targets),
    ("SDK versions", versions.versions),
)


def examine(session: Session, evidence: Evidence = NOTHING_MORE) -> Iterator[Finding]:
    """Each finding as soon as it is there. What cannot be looked at without something that is wrong is left out."""
    yield from session.open()
    if session.account and session.caller and session.deployment:
        examined = Examined(session.deployment, session.account, session.caller, evidence)
        checks: tuple[Check, ...] = (("notify targets", notify.tried),) if evidence.tried else CHECKS
        for name, check in checks:
            yield from (replace(finding, check=name) for finding in check(examined))
