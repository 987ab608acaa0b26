"""Whether image export is enabled for each account: only an export tells, so the ledger's latest ones are asked."""

from collections.abc import Iterator
from itertools import islice

from image_export.decisions.codes import recommendation
from image_export.decisions.results.export_view import export_of
from image_export.errors import OurFault
from image_export.use_cases.ledger.ledger import Ledger
from image_export.values import ledger_keys as keys
from image_export.values.export import Export

from ...deployment.finding import Finding, looking, note, ok, unknown, wrong
from ..examined import Examined

NOT_ENABLED = "UserNotInTheWhiteList"
LATEST = 50  # exports that are read


def enabled(examined: Examined) -> Iterator[Finding]:
    """The latest word of ECS on it, account by account."""
    yield from looking("image export", _enabled, examined)


def _enabled(examined: Examined) -> Iterator[Finding]:
    try:
        exports = list(_latest(examined.cloud.ledger(examined.deployment.settings)))
    except OurFault as fault:
        yield unknown("image export", f"The ledger cannot be read: {fault.code}: {fault.cause.message}")
        return
    for account in examined.deployment.policy.accounts:
        theirs = [export for export in exports if export.account_id == account.account_id]
        yield next(filter(None, map(_word, theirs)), None) or note(
            f"account {account.account_id}",
            "Only an export can tell whether image export is enabled for the account, and none has been taken yet.",
            f"Ask for one. If it fails with {NOT_ENABLED}: {recommendation(NOT_ENABLED)}",
        )


def _latest(ledger: Ledger) -> Iterator[Export]:
    for entry in islice(ledger.walk(keys.History.below()), LATEST):
        place = keys.History.read(entry.key)
        found = ledger.read(entry.key, Export) if place else None
        loaded = ledger.load(place.export_id) if place and not found else None
        if found or loaded:
            yield found.fact if found else export_of(loaded)  # type: ignore[arg-type]  # one of them is there


def _word(export: Export) -> Finding | None:
    """What ECS said about the account with this export, if anything."""
    subject, day = f"account {export.account_id}", f"{export.requested_at:%Y-%m-%d}"
    if export.task_id:
        return ok(subject, f"ECS has taken an export of {day} ({export.export_id}).")
    if export.error and export.error.code == NOT_ENABLED:
        message = f"{NOT_ENABLED}: ECS has refused {export.export_id} of {day}, since export is not enabled."
        return wrong(subject, message, recommendation(NOT_ENABLED))
    return None
