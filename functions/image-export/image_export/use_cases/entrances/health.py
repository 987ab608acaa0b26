"""`GET /healthz`: what the ledger and the policy say of the deployment. Reads names, and writes at most one, once."""

from collections.abc import Callable, Mapping

from ...decisions.http.health_answer import Counts, Health, answer, judged, paused_by, policy_health, watcher_health
from ...errors import OurFault
from ...values import ledger_keys as keys
from ...values.cause import Cause
from ...values.http import HttpAnswer
from ..ledger.ledger import Ledger
from ..ledger.watcher_facts import await_watcher

COUNTED: dict[str, tuple[str, Callable[[str], str | None]]] = {
    "Waiting": (keys.Waiting.below(), keys.export_in),
    "Running": (keys.Running.below(), keys.export_in),
    "Stalled": (keys.Stalling.below(), keys.export_in),
    "Undelivered": (keys.Undelivered.below(), lambda key: key if keys.Undelivered.read(key) else None),
}


def health(ledger: Ledger, versions: Mapping[str, str], read_policy: Callable[[], object]) -> HttpAnswer:
    """200, or 503 where the watcher is overdue or the policy cannot be read. Raises LedgerFault, which is 503 too.

    `read_policy` raises OurFault where it cannot.
    """
    watcher = watcher_health(await_watcher(ledger), ledger.now)
    found, counts = ledger.paused(), _counts(ledger)
    policy = policy_health(_fault(read_policy))
    return answer(
        Health(
            status=judged(watcher, policy),
            versions=versions,
            watcher=watcher,
            policy=policy,
            paused=paused_by(found.fact, found.at) if found else None,
            counts=counts,
        )
    )


def _fault(read_policy: Callable[[], object]) -> Cause | None:
    try:
        read_policy()
    except OurFault as fault:
        return fault.cause
    return None


def _counts(ledger: Ledger) -> Counts:
    """One page of each: a probe that comes often must not cost more the more there is."""
    found, more = dict[str, int](), list[str]()
    for name, (folder, named) in COUNTED.items():
        page = ledger.page(folder)
        found[name] = len({one for entry in page.entries if (one := named(entry.key))})
        more += [name] if page.more else []
    return Counts(
        waiting=found["Waiting"],
        running=found["Running"],
        stalled=found["Stalled"],
        undelivered=found["Undelivered"],
        at_least=tuple(more),
    )
