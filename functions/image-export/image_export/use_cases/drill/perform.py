"""How each step of a drill is taken: one function per step, from a look to the next. Decides nothing."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import UNSET

from ...decisions.drill import names, view
from ...decisions.drill.table import is_ours
from ...decisions.restore.asking import split
from ...errors import AskerFault, CloudFault, Refused
from ...values import ledger_keys as keys
from ...values.cause import Cause
from ...values.drill.drill import Evidence
from ...values.drill.facts import CleanUp, Drilled, DrillEnded, Ran, StartResult
from ...values.drill.record import DrillRecord
from ...values.drill.steps import (
    AskAssistant,
    CancelRestore,
    ClaimStart,
    Conclude,
    DeleteAll,
    DeleteInstance,
    GiveCommand,
    Instance,
    LookAtCommand,
    LookAtImage,
    LookAtInstance,
    LookAtRestore,
    LookForInstance,
    NoteCleaned,
    NoteCleanUp,
    NoteDrilled,
    ReadConsole,
    RecordRestore,
    SayLevel,
    SettleStart,
    StartInstance,
)
from ...values.facts import Since
from ...values.restore.request import DRILL_TAG, AskedRestore, RestoreRequest
from ..restore import facts as restore_facts
from ..restore import record as restoring
from . import facts
from .look import DrillLook
from .ports import StartOfInstance

CONSOLE_KEPT = 16 * 1024  # characters, the last ones
OUTPUT_KEPT = 4 * 1024


def _record_restore(look: DrillLook, _step: RecordRestore) -> DrillLook:
    """Of the drill's own id, so that a repetition finds it. A manifest that cannot be restored is level 1's answer."""
    record, context = look.record, look.context
    asked = AskedRestore(manifest=record.request.manifest, image_name=names.image_name(record.drill_id))
    try:
        _, request = restoring.wanted(context, look.drilling.importing, asked, record.request.requested_by)
        _check_account(record, request)
        own = msgspec.structs.replace(request, drill_id=record.drill_id, notify=(), channels=())
        restoring.record(context, names.restore_of_drill(record.drill_id), own)
    except AskerFault as fault:
        return _say(look, SayLevel(1, view.failed(fault.cause)))
    return look.with_heard(restore=UNSET)


def _check_account(record: DrillRecord, request: RestoreRequest) -> None:
    """A drill looks and cleans up in the account in which it began. Raises AskerFault 403."""
    began = record.request.role.account_id
    if request.role.account_id != began:
        message = f"policy.yaml restores no more in account {began}, where the drill has begun."
        raise AskerFault(Cause(code="RestoreNotEnabled", message=message), status=403)


def _look_at_restore(look: DrillLook, _step: LookAtRestore) -> DrillLook:
    restore = restore_facts.load(look.context.ledger, names.restore_of_drill(look.record.drill_id))
    return look.with_heard(restore=restore)


def _cancel_restore(look: DrillLook, _step: CancelRestore) -> DrillLook:
    restore = look.heard.restore
    if restore is not UNSET and restore is not None:
        restoring.cancel(look.context, restore, look.record.request.requested_by)
    return look.with_heard(restore=UNSET)


def _look_at_image(look: DrillLook, step: LookAtImage) -> DrillLook:
    return look.with_heard(made=look.images.image_by_id(step.image_id))


def _say(look: DrillLook, step: SayLevel) -> DrillLook:
    ledger, record = look.context.ledger, look.record
    standing = ledger.create(keys.DrillLevel(record.drill_id, step.number).key, step.fact)
    levels = {**record.levels, step.number: standing.fact}
    at = {**record.levelled_at, step.number: standing.at}
    look.context.log.info("drill.level", number=step.number, verdict=standing.fact.verdict, why=standing.fact.why)
    return look.with_facts(levels=levels, levelled_at=at)


def _claim_start(look: DrillLook, step: ClaimStart) -> DrillLook:
    ledger = look.context.ledger
    standing = ledger.create(keys.DrillStart(look.record.drill_id, step.attempt).key, step.claim)
    record = facts.with_start(ledger, look.record, step.attempt)
    return look.anew(record, first_call=standing.ours)


def _look_for_instance(look: DrillLook, _step: LookForInstance) -> DrillLook:
    return look.with_heard(found=look.cloud.instance_by_tag(DRILL_TAG, look.record.drill_id))


def _start_instance(look: DrillLook, _step: StartInstance) -> DrillLook:
    record = look.record
    boot, claim = record.request.entry.boot, record.start
    if boot is None or claim is None:
        raise ValueError("nothing to start")
    start = StartOfInstance(
        image_id=claim.image_id,
        instance_type=claim.instance_type,
        name=names.image_name(record.drill_id),
        client_token=names.client_token(record.drill_id, record.attempt),
        release_at=claim.release_at,
        boot=boot,
        tags=((DRILL_TAG, record.drill_id),),
    )
    try:
        instance_id = look.cloud.run_instance(start)
    except Refused as fault:
        said = {"code": fault.code, "error": fault.cause.message, "cloud_request_id": fault.cause.request_id}
        look.context.log.warning("drill.start_refused", instance_type=claim.instance_type, **said)
        return look.with_heard(called=fault.cause)
    return _settle(look, SettleStart(StartResult(instance_id=instance_id)))


def _settle(look: DrillLook, step: SettleStart) -> DrillLook:
    ledger, record = look.context.ledger, look.record
    ledger.create(keys.DrillStarted(record.drill_id, record.attempt).key, step.result)
    return look.anew(facts.with_start(ledger, record, record.attempt))


def _look_at_instance(look: DrillLook, _step: LookAtInstance) -> DrillLook:
    return look.with_heard(instance=look.cloud.instance(look.record.instance_id or ""))


def _read_console(look: DrillLook, _step: ReadConsole) -> DrillLook:
    """Where ECS does not show it, nothing was heard."""
    try:
        return look.with_heard(console=look.cloud.console(look.record.instance_id or ""))
    except Refused as fault:
        look.context.log.warning("drill.console_refused", code=fault.code, error=fault.cause.message)
        return look.with_heard(console=None)


def _ask_assistant(look: DrillLook, _step: AskAssistant) -> DrillLook:
    return look.with_heard(assistant=look.cloud.assistant(look.record.instance_id or ""))


def _give_command(look: DrillLook, _step: GiveCommand) -> DrillLook:
    record, ledger = look.record, look.context.ledger
    boot = record.request.entry.boot
    token = f"{record.drill_id}-command"
    invoke_id = look.cloud.run_command(record.instance_id or "", (boot and boot.command) or "", token)
    standing = ledger.create(keys.DrillRan(record.drill_id).key, Ran(invoke_id=invoke_id))
    return look.with_facts(ran=standing.fact, ran_at=standing.at)


def _look_at_command(look: DrillLook, _step: LookAtCommand) -> DrillLook:
    record = look.record
    invoke_id = record.ran.invoke_id if record.ran else ""
    return look.with_heard(result=look.cloud.command_result(record.instance_id or "", invoke_id))


def _note_clean_up(look: DrillLook, step: NoteCleanUp) -> DrillLook:
    """What was heard is kept with it, without what looks like a secret."""
    hide = look.drilling.hide
    noted = msgspec.structs.replace(
        step.clean_up,
        console=hide(step.clean_up.console[-CONSOLE_KEPT:]),
        output=hide(step.clean_up.output[-OUTPUT_KEPT:]),
    )
    standing = look.context.ledger.create(keys.DrillCleanUp(look.record.drill_id).key, noted)
    return look.anew(msgspec.structs.replace(look.record, clean_up=standing.fact))


def _delete_all(look: DrillLook, _step: DeleteAll) -> DrillLook:
    """Instance, then image, then snapshots; each again if need be, and only what carries our tag."""
    looked = _delete_instance(look, DeleteInstance()) if look.record.request.entry.boot else look
    if isinstance(looked.heard.found, Instance):
        return looked
    _delete_image(look, look.record.clean_up or CleanUp())
    return look.with_heard(deleted=True)


def _delete_instance(look: DrillLook, _step: DeleteInstance) -> DrillLook:
    """Whoever has started it: others may have done so since this look has read the facts."""
    found = look.cloud.instance_by_tag(DRILL_TAG, look.record.drill_id)
    if found:
        look.cloud.delete_instance(found.instance_id)
    return look.with_heard(found=found)


def _note_cleaned(look: DrillLook, _step: NoteCleaned) -> DrillLook:
    record, ledger = look.record, look.context.ledger
    standing = ledger.create(keys.DrillCleaned(record.drill_id).key, Since())
    look.context.log.info("drill.cleaned")
    return look.anew(msgspec.structs.replace(record, cleaned_at=standing.at))


def _delete_image(look: DrillLook, noted: CleanUp) -> None:
    """An image that has lost our tag stays, with its snapshots."""
    if noted.image_id is None:
        return
    made = look.images.image_by_id(noted.image_id)
    if made and not is_ours(look.record, made.image.tags):
        look.context.log.error("drill.left_image", image_id=noted.image_id)
        return
    if made:
        look.images.delete_image(noted.image_id)
    for snapshot in look.context.in_time(noted.snapshot_ids):
        look.images.delete_snapshot(snapshot)


def _conclude(look: DrillLook, _step: Conclude) -> DrillLook:
    """The evidence first: the event names it. A bucket that does not take it takes nothing from the verdict.

    The facts are read anew: others may have written a level, or the end, since this look has read them.
    """
    ledger = look.context.ledger
    record = facts.load(ledger, look.record.drill_id) or look.record
    if record.ended:
        return look.anew(record)
    verdict = view.verdict_of(record)
    address = _write_evidence(look, view.evidence_of(record, verdict, record.clean_up or CleanUp()))
    standing = ledger.create(keys.DrillEnded(record.drill_id).key, DrillEnded(verdict=verdict, evidence=address))
    return look.anew(msgspec.structs.replace(record, ended=standing.fact, ended_at=standing.at))


def _note_drilled(look: DrillLook, _step: NoteDrilled) -> DrillLook:
    """Again at each look at a drill that has ended, as whoever ended it may have died; never over a later drill's."""
    record = look.record
    if record.ended is None:
        raise ValueError("nothing to note")
    note = Drilled(
        drill_id=record.drill_id,
        export_id=record.request.export_id,
        verdict=record.ended.verdict,
        level=view.height(record),
        seconds=view.restore_seconds(record),
    )
    for key in (keys.DrilledSeries(record.request.series).key, keys.DrilledExport(record.request.export_id).key):
        there = look.context.readable(key, Drilled)
        if there is None or (there.fact != note and record.ended_at and there.at < record.ended_at):
            look.context.keep(key, note)
    return look.with_heard(noted=True)


def _write_evidence(look: DrillLook, evidence: Evidence) -> str | None:
    request = look.record.request
    bucket, manifest = split(request.manifest)
    date = look.record.requested_at.strftime("%Y%m%d")
    key = names.evidence_key(manifest, date, look.record.drill_id)
    try:
        look.cloud.write(bucket, key, msgspec.json.format(msgspec.json.encode(evidence.wire()), indent=2))
    except CloudFault as fault:
        look.context.log.warning("drill.evidence_refused", code=fault.code, error=fault.cause.message)
        return None
    return f"oss://{bucket}/{key}"


PERFORM: dict[type[Any], Callable[[DrillLook, Any], DrillLook]] = {
    RecordRestore: _record_restore,
    LookAtRestore: _look_at_restore,
    CancelRestore: _cancel_restore,
    LookAtImage: _look_at_image,
    SayLevel: _say,
    ClaimStart: _claim_start,
    LookForInstance: _look_for_instance,
    StartInstance: _start_instance,
    SettleStart: _settle,
    LookAtInstance: _look_at_instance,
    ReadConsole: _read_console,
    AskAssistant: _ask_assistant,
    GiveCommand: _give_command,
    LookAtCommand: _look_at_command,
    NoteCleanUp: _note_clean_up,
    DeleteAll: _delete_all,
    DeleteInstance: _delete_instance,
    NoteCleaned: _note_cleaned,
    Conclude: _conclude,
    NoteDrilled: _note_drilled,
}
