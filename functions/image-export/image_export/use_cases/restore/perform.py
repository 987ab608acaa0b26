"""How each step of a restore is taken: one function per step, from a look to the next. Decides nothing."""

from collections.abc import Callable
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from ...decisions.restore import mapping, names
from ...decisions.restore.codes import Meaning, meaning
from ...decisions.restore.comparing import unset
from ...decisions.restore.mapping import is_archive, wanted_disks
from ...decisions.restore.table import is_ours
from ...errors import CloudFault, Refused
from ...values import ledger_keys as keys
from ...values.cause import Cause
from ...values.facts import Since
from ...values.restore.facts import ImportResult, NotedSnapshots, TakesArchives
from ...values.restore.steps import (
    AskToUnpack,
    CallCopy,
    CallImport,
    CancelImport,
    Decide,
    DeleteMade,
    DeleteTemporary,
    EndRestore,
    LookAtImport,
    LookAtMade,
    LookAtSources,
    LookForName,
    Made,
    MakeImportClaim,
    NoteArchives,
    NoteRefusal,
    NoteSnapshots,
    SetAfterwards,
    SettleImport,
    SweepUnpacked,
)
from . import facts
from .look import RestoreLook
from .ports import Imported, ImportingCloud, StartCopy, StartImport


def _look_at_sources(look: RestoreLook, step: LookAtSources) -> RestoreLook:
    bucket = look.record.request.manifest.oss_bucket
    objects = {key: look.cloud.object(bucket, key) for key in look.context.in_time(step.keys)}
    noted = look.context.readable(keys.TakesArchives(look.record.request.place).key, TakesArchives)
    return look.with_seen(objects=objects, takes_archives=noted.fact.takes if noted else None)


def _ask_to_unpack(look: RestoreLook, _step: AskToUnpack) -> RestoreLook:
    """The note first: whoever dies in between has somebody ask again in a quarter of an hour."""
    ledger, restore = look.context.ledger, look.record.restore_id
    ledger.put(keys.Unpacking(restore).key, Since())
    look.importing.unpacker.start(restore)
    look.context.log.info("restore.unpacking")
    return look.with_facts(unpacking_at=ledger.now)


def _make_claim(look: RestoreLook, step: MakeImportClaim) -> RestoreLook:
    ledger, restore = look.context.ledger, look.record.restore_id
    ledger.ready(anew=True)
    standing = ledger.create(keys.ImportClaim(restore, step.attempt).key, step.claim)
    record = facts.with_attempt(ledger, look.record, step.attempt)
    return look.anew(record, first_call=standing.ours, takes_archives=look.seen.takes_archives)


def _look_for_name(look: RestoreLook, _step: LookForName) -> RestoreLook:
    return look.with_seen(named=look.making.image_by_name(names.made_name(look.record)))


def _call_import(look: RestoreLook, _step: CallImport) -> RestoreLook:
    """The same call as whoever made it before: token, name and parameters are of the claim."""
    record = look.record
    start = StartImport(
        sources=record.claim.sources if record.claim else (),
        image_name=names.made_name(record),
        client_token=names.client_token(record.restore_id, record.attempt),
        parameters=mapping.parameters(record.request, record.restore_id),
        checked=record.request.drill_id is not None,
    )
    return _called(look, lambda: look.cloud.import_image(start))


def _call_copy(look: RestoreLook, _step: CallCopy) -> RestoreLook:
    """The same, in the region of the temporary image."""
    record, first = look.record, look.record.temporary
    if first is None:
        raise ValueError("nothing to copy")
    start = StartCopy(
        image_id=first.image_id,
        region_id=record.request.target_region_id,
        image_name=names.made_name(record),
        client_token=names.client_token(record.restore_id, record.attempt),
        parameters=mapping.parameters(record.request, record.restore_id),
    )
    return _called(look, lambda: Imported(look.cloud.copy_image(start), None))


def _called(look: RestoreLook, call: Callable[[], Imported]) -> RestoreLook:
    try:
        made = call()
    except Refused as fault:
        said = {"code": fault.code, "error": fault.cause.message, "cloud_request_id": fault.cause.request_id}
        look.context.log.warning("restore.refused", **said)
        taken = fault.code == "InvalidImageName.Duplicated" and not look.seen.called
        return look.with_seen(called=fault.cause, **({"named": UNSET} if taken else {}))
    return _settle(look, SettleImport(ImportResult(outcome="imported", image_id=made.image_id, task_id=made.task_id)))


def _settle(look: RestoreLook, step: SettleImport) -> RestoreLook:
    record, ledger = look.record, look.context.ledger
    standing = ledger.create(keys.ImportResult(record.restore_id, record.attempt).key, step.result)
    if standing.ours and step.result.outcome == "imported":
        _log_made(look, step.result)
    kept = {"takes_archives": look.seen.takes_archives, "objects": look.seen.objects}
    looked = look.anew(facts.with_attempt(ledger, record, record.attempt), **kept)
    refused = step.result.cause
    return _note_refused_archives(looked, refused) if refused and standing.ours else looked


def _log_made(look: RestoreLook, result: ImportResult) -> None:
    if look.record.is_copy:
        region = look.record.request.target_region_id
        look.context.log.info("restore.copying", image_id=result.image_id, target_region_id=region)
    else:
        look.context.log.info("restore.started", image_id=result.image_id, task_id=result.task_id)


def _note_refused_archives(look: RestoreLook, cause: Cause) -> RestoreLook:
    """That a region does not take them is a word of the cloud, where it says so of the name itself."""
    if cause.code == "UnsupportedSuffix.OSSObject":
        return _note_archives(look, NoteArchives(takes=False))
    return look


def _look_at_made(look: RestoreLook, _step: LookAtMade) -> RestoreLook:
    return look.with_seen(made=look.making.image_by_id(look.record.image_id or ""))


def _note_snapshots(look: RestoreLook, step: NoteSnapshots) -> RestoreLook:
    record = look.record
    note = NotedSnapshots(snapshot_ids=step.snapshot_ids)
    look.context.keep(keys.Snapshots(record.restore_id, record.attempt).key, note)
    return look.with_facts(snapshot_ids=step.snapshot_ids)


def _look_at_import(look: RestoreLook, _step: LookAtImport) -> RestoreLook:
    result = look.record.result
    return look.with_seen(task=look.cloud.task((result and result.task_id) or ""))


def _cancel(look: RestoreLook, _step: CancelImport) -> RestoreLook:
    """A refusal changes nothing: the image's own end decides, and it is asked again at the next look."""
    result = look.record.result
    try:
        look.cloud.cancel_task((result and result.task_id) or "")
    except CloudFault as fault:
        look.context.log.warning("restore.cancel_refused", code=fault.code, error=fault.cause.message)
    return look.with_seen(cancel_asked=True)


def _note_archives(look: RestoreLook, step: NoteArchives) -> RestoreLook:
    look.context.keep(keys.TakesArchives(look.record.request.place).key, TakesArchives(takes=step.takes))
    return look.with_seen(takes_archives=step.takes)


def _set_afterwards(look: RestoreLook, _step: SetAfterwards) -> RestoreLook:
    """What is refused, and not for a moment, stays as it is, and is a difference."""
    made = look.seen.made
    if not isinstance(made, Made):
        raise TypeError("nothing to set")
    try:
        look.making.modify_image(made.image.image_id, unset(look.record.request, made.image))
    except Refused as fault:
        if meaning(fault.code) in (Meaning.WAIT, Meaning.DOUBT):
            raise
        look.context.log.warning("restore.not_set", code=fault.code, error=fault.cause.message)
    return look.with_seen(modified=True, made=UNSET)


def _note_refusal(look: RestoreLook, step: NoteRefusal) -> RestoreLook:
    look.context.keep(keys.RestoreLookRefused(look.record.restore_id).key, step.refused)
    return look.with_facts(look_refused=step.refused, look_refused_at=look.context.ledger.now)


def _decide(look: RestoreLook, step: Decide) -> RestoreLook:
    record, ledger = look.record, look.context.ledger
    ledger.create(keys.Outcome(record.restore_id, record.attempt).key, step.outcome)
    return look.anew(facts.with_attempt(ledger, record, record.attempt))


def _delete_made(look: RestoreLook, _step: DeleteMade) -> RestoreLook:
    """Image, then snapshots, each again if need be; only an image that carries our tag."""
    record, ledger = look.record, look.context.ledger
    outcome = record.outcome
    if outcome is None:
        raise ValueError("nothing to delete")
    _delete(look, look.making, outcome.image_id, outcome.snapshot_ids)
    ledger.create(keys.Discarded(record.restore_id, record.attempt).key, Since())
    return look.anew(facts.with_attempt(ledger, record, record.attempt))


def _delete_temporary(look: RestoreLook, _step: DeleteTemporary) -> RestoreLook:
    """The same, where it was imported. Whoever calls CopyImage late finds nothing to copy."""
    record, ledger, first = look.record, look.context.ledger, look.record.temporary
    if first is None:
        raise ValueError("nothing to delete")
    _delete(look, look.cloud, first.image_id, first.snapshot_ids)
    ledger.create(keys.Discarded(record.restore_id, first.attempt).key, Since())
    return look.anew(facts.with_attempt(ledger, record, record.attempt))


def _delete(look: RestoreLook, cloud: ImportingCloud, image_id: str, snapshot_ids: tuple[str, ...]) -> None:
    if _deleted(look, cloud, image_id):
        for snapshot in look.context.in_time(snapshot_ids):
            cloud.delete_snapshot(snapshot)
    look.context.log.info("restore.discarded", image_id=image_id)


def _deleted(look: RestoreLook, cloud: ImportingCloud, image_id: str) -> bool:
    """Whether it is gone; False where it is there and not ours any more, and so stays with all that it is made of."""
    made = cloud.image_by_id(image_id)
    if made is None:
        return True
    if not is_ours(look.record, made.image):
        look.context.log.error("restore.left_image", image_id=image_id)
        return False
    cloud.delete_image(image_id)
    return True


def _end(look: RestoreLook, step: EndRestore) -> RestoreLook:
    ledger = look.context.ledger
    restore = look.record.restore_id
    standing = ledger.create(keys.RestoreEnded(restore).key, step.ended)
    record = facts.load(ledger, restore) or look.record  # others may have asked for unpacking since it was read
    return look.anew(replace(record, ended=standing.fact, ended_at=standing.at))


def _sweep(look: RestoreLook, _step: SweepUnpacked) -> RestoreLook:
    record, ledger = look.record, look.context.ledger
    disks = wanted_disks(record.request.manifest, record.request.disks)
    archives = [number for number, disk in enumerate(disks, 1) if is_archive(disk.key)]
    for number in look.context.in_time(archives):
        key = names.unpacked_key(record.restore_id, number)
        look.cloud.remove_unpacked(record.request.manifest.oss_bucket, key)
    ledger.create(keys.Swept(record.restore_id).key, Since())
    return look.with_facts(swept_at=ledger.now)


PERFORM: dict[type[Any], Callable[[RestoreLook, Any], RestoreLook]] = {
    LookAtSources: _look_at_sources,
    AskToUnpack: _ask_to_unpack,
    MakeImportClaim: _make_claim,
    LookForName: _look_for_name,
    CallImport: _call_import,
    CallCopy: _call_copy,
    SettleImport: _settle,
    LookAtMade: _look_at_made,
    NoteSnapshots: _note_snapshots,
    LookAtImport: _look_at_import,
    CancelImport: _cancel,
    NoteArchives: _note_archives,
    SetAfterwards: _set_afterwards,
    Decide: _decide,
    DeleteMade: _delete_made,
    DeleteTemporary: _delete_temporary,
    EndRestore: _end,
    SweepUnpacked: _sweep,
    NoteRefusal: _note_refusal,
}
