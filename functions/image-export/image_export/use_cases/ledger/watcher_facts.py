"""The watcher's facts: when it last did its work. Read by whoever asks whether it stands still; written by itself."""

from ...decisions.watcher import Watcher
from ...values import ledger_keys as keys
from .ledger import Ledger


def read_watcher(ledger: Ledger) -> Watcher:
    """What its facts say, by one listing. Raises LedgerFault."""
    times = {entry.key: entry.modified_at for entry in ledger.page(keys.WatcherSucceeded.below()).entries}
    valid = [(at, policy.digest) for key, at in times.items() if (policy := keys.ValidPolicy.read(key))]
    policies = sorted(valid, reverse=True)
    valid_at = next((at for at, _ in policies), None)
    invalid_at = times.get(keys.InvalidPolicy().key)
    return Watcher(
        succeeded=times.get(keys.WatcherSucceeded().key),
        awaited=times.get(keys.WatcherAwaited().key),
        called=times.get(keys.HeartbeatCalled().key),
        failed=times.get(keys.HeartbeatFailed().key),
        policies=tuple(digest for _, digest in policies),
        policy_at=valid_at,
        invalid_since=invalid_at if invalid_at and (valid_at is None or invalid_at > valid_at) else None,
    )


def await_watcher(ledger: Ledger) -> Watcher:
    """The same; where there is nothing from which its silence counts, it counts from now on. Raises LedgerFault."""
    watcher = read_watcher(ledger)
    if watcher.since is not None:
        return watcher
    ledger.name(keys.WatcherAwaited().key)
    return read_watcher(ledger)
