"""The step table of a drill: from its facts and what was just seen to the one next step. Pure.

    phase       facts                                  what it does
    RESTORING   no level 1                             record the restore, follow it, compare what came of it
    CHECKING    no level 2                             wait for image check
    STARTING    an entry with `boot`, no instance      claim the next instance type
    CALLING     a claim without result                 look for an instance by tag, else RunInstances: the same call
    LISTENING   an instance                            Running, its console, Cloud Assistant, the policy's command
    CLEANING    the fact `clean-up`                    delete instance, image and snapshots, in this order; wait until
                                                       the restore has removed what was unpacked for it
    CONCLUDING  the fact `cleaned`                     write the evidence, and end
    ENDED       a verdict                              note the series and the export as drilled

A level that failed ends the climb; silence does not, and neither do refusals: each level has its time, and is Unproven
where nothing was found out in it. Only the clean-up has no end. Whatever happens, what was made is deleted, and an
instance has a time at which ECS itself releases it (docs/protocol.md#rule-20).
"""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from enum import Enum, auto

from msgspec import UNSET

from ...values.cause import Cause
from ...values.drill.drill import LevelVerdict
from ...values.drill.facts import CleanUp, LevelFact, StartClaim, StartResult
from ...values.drill.record import DrillRecord
from ...values.drill.steps import (
    AskAssistant,
    CancelRestore,
    ClaimStart,
    Conclude,
    DeleteAll,
    DeleteInstance,
    DrillSituation,
    DrillStep,
    GiveCommand,
    Heard,
    Instance,
    LookAtCommand,
    LookAtImage,
    LookAtInstance,
    LookAtRestore,
    LookForInstance,
    NoteCleaned,
    NoteCleanUp,
    NoteDrilled,
    Pause,
    ReadConsole,
    RecordRestore,
    SayLevel,
    SettleStart,
    StartInstance,
)
from ...values.restore.facts import RestoreEnded
from ...values.restore.record import RestoreRecord
from ...values.restore.request import DRILL_TAG
from ...values.restore.steps import Made
from ..restore.codes import Meaning, advised, meaning, reason
from ..restore.table import CALLS_OVER, WORKER_DEAD
from ..state.backoff import MINUTE, growing
from .console import judged

RESTORED_WITHIN = timedelta(hours=24)
RECORDED_WITHIN = timedelta(hours=1)  # where the restore cannot even be asked for
NO_CHECK_AFTER = timedelta(minutes=20)  # where ECS says nothing at all of a check
CALLED_WITHIN = timedelta(minutes=45)  # RunInstances, from its claim on
SETTLED_WITHIN = timedelta(hours=1)  # no call is on its way any more, and what was started is seen by its tag
RELEASED_AFTER = timedelta(hours=3)  # by ECS itself, whatever becomes of us
SHOWN_WITHIN = timedelta(minutes=5)  # an instance, by its tag
SWEPT_WITHIN = timedelta(hours=24)  # then the restore goes on alone, and says why it cannot
LOOK_MOST = timedelta(minutes=2)
ESSENTIAL = frozenset({"Architecture", "OSType", "BootMode", "NvmeSupport", "Disks"})
NEXT_TYPE = (
    "OperationDenied.NoStock",
    "InvalidInstanceType",
    "ImageNotSupportInstanceType",
    "InvalidParameter.NotMatch",
)
NOT_OF_THE_EXPORT = (
    "Forbidden",
    "RestoreNotEnabled",
    "UserNotInTheWhiteList",
    "Account.",
    "InvalidAccountStatus.",
    "ImageVanished",
)
IMPORTED, CHECKED, POWERED_ON, SPOKE, ANSWERED, PROVED = range(1, 7)
WITHIN = {
    CHECKED: timedelta(hours=1),
    POWERED_ON: timedelta(minutes=10),
    SPOKE: timedelta(minutes=10),
    ANSWERED: timedelta(minutes=10),
    PROVED: timedelta(minutes=15),
}
NOTED_WITHIN = timedelta(minutes=10)  # what the console and the command said last, for the evidence
UNANSWERED = Cause(code="Unanswered", message="RunInstances was called, and nobody knows what became of it.")
CALLED_OFF = Cause(code="Cancelled", message="The drill was cancelled before an instance was seen.")
OVER = ("Success", "Failed", "Error", "Timeout", "Aborted", "Terminated", "Cancelled", "Invalid")


class DrillPhase(Enum):
    """Where a drill stands, by its facts alone."""

    RESTORING = auto()
    CHECKING = auto()
    STARTING = auto()
    CALLING = auto()
    LISTENING = auto()
    THROUGH = auto()
    CLEANING = auto()
    CONCLUDING = auto()
    ENDED = auto()


def phase(record: DrillRecord) -> DrillPhase:
    """The one phase that the facts allow."""
    if record.ended:
        return DrillPhase.ENDED
    if record.cleaned_at:
        return DrillPhase.CONCLUDING
    if record.clean_up:
        return DrillPhase.CLEANING
    if IMPORTED not in record.levels:
        return DrillPhase.RESTORING
    if record.start and record.started is None:
        return DrillPhase.CALLING
    if _is_over(record):
        return DrillPhase.THROUGH
    if CHECKED not in record.levels:
        return DrillPhase.CHECKING
    return DrillPhase.LISTENING if record.instance_id else DrillPhase.STARTING


def _is_over(record: DrillRecord) -> bool:
    """Whether no further level is climbed."""
    if record.cancel_at or record.levels[IMPORTED].verdict != "Proved":
        return True
    if any(level.verdict == "Failed" for level in record.levels.values()):
        return True
    boot = record.request.entry.boot
    last = CHECKED if boot is None else PROVED if boot.command else ANSWERED
    unstarted = POWERED_ON in record.levels and record.levels[POWERED_ON].verdict != "Proved"
    return last in record.levels or unstarted


def next_step(situation: DrillSituation) -> DrillStep:
    """The next step; the same situation always gives the same one."""
    record, heard, now = situation
    if heard.failed:
        waiting = Pause(reason(heard.failed.code), growing(_since(record), now, most=LOOK_MOST * 5))
        return _without(situation, heard.failed) or waiting
    return DECIDE[phase(record)](situation)


def _since(record: DrillRecord) -> datetime:
    return record.started_at or record.start_at or record.requested_at


def _without(situation: DrillSituation, cause: Cause) -> DrillStep | None:
    """How it goes on without what was refused or not answered, once there is no more time for it."""
    record, heard, now = situation
    stands = phase(record)
    why = f"this could not be found out: {cause.code}: {cause.message}"
    if stands is DrillPhase.RESTORING and heard.restore is None and now - record.requested_at >= RECORDED_WITHIN:
        return _say(IMPORTED, "Unproven", f"no restore could be asked for: {cause.code}: {cause.message}")
    if stands is DrillPhase.CHECKING and not _in_time(situation, CHECKED):
        return _say(CHECKED, "Unproven", why)
    if stands is DrillPhase.CALLING and heard.found is UNSET and now - (record.start_at or now) >= SETTLED_WITHIN:
        return SettleStart(StartResult(cause=cause))
    if stands is DrillPhase.LISTENING and not _in_time(situation, _listened(record)):
        return _say(_listened(record), "Unproven", why)
    if stands is DrillPhase.THROUGH and now - _climbed_at(record) >= NOTED_WITHIN:
        known = heard.restore is not UNSET and (heard.made is not UNSET or _image_id(heard) is None)
        return _note(situation) if known else None
    return None


def _in_time(situation: DrillSituation, number: int) -> bool:
    """Whether there is time left for this level."""
    record, _, now = situation
    begun = {POWERED_ON: record.started_at, PROVED: record.ran_at}.get(number)
    return now - (begun or record.levelled_at.get(number - 1, now)) < WITHIN[number]


def _climbed_at(record: DrillRecord) -> datetime:
    return max([*record.levelled_at.values(), record.cancel_at or record.requested_at])


def _image_id(heard: Heard) -> str | None:
    return heard.restore.image_id if isinstance(heard.restore, RestoreRecord) else None


def _say(number: int, verdict: LevelVerdict, why: str) -> DrillStep:
    return SayLevel(number, LevelFact(verdict=verdict, why=why))


# 1 Imported


def _restoring(situation: DrillSituation) -> DrillStep:
    record, heard, now = situation
    if heard.restore is UNSET:
        return LookAtRestore()
    if heard.restore is None:
        return _say(IMPORTED, "Unproven", "the drill was cancelled") if record.cancel_at else RecordRestore()
    ended = heard.restore.ended
    if ended is None:
        late = now - record.requested_at >= RESTORED_WITHIN
        if (late or record.cancel_at) and heard.restore.cancel_at is None:
            return CancelRestore()
        return Pause("Restoring", growing(record.requested_at, now, most=LOOK_MOST))
    return _say(IMPORTED, *_imported(ended))


def _imported(ended: RestoreEnded) -> tuple[LevelVerdict, str]:
    if ended.status == "Cancelled":
        return "Unproven", "the restore was called off, or took longer than a day"
    if ended.error:
        said = f"{ended.error.code}: {ended.error.message}"
        if is_of_export(ended.error.code):
            return "Failed", said
        return "Unproven", f"nothing could be tried: {said}"
    wrong = [one for one in ended.differences if one.about in ESSENTIAL]
    if wrong and all((one.about, one.wanted) == ("BootMode", "UEFI-Preferred") for one in wrong):
        return "Unproven", "the boot mode UEFI-Preferred, which import does not know, could not be set afterwards"
    if wrong:
        return "Failed", "; ".join(f"{one.about} is {one.found} instead of {one.wanted}" for one in wrong)
    return "Proved", f"{ended.image_id} is Available, with the disks and the boot mode of the manifest"


def is_of_export(code: str) -> bool:
    """Whether a failure says something of the export: what the account lacks, or others do, says nothing of it."""
    return meaning(code) not in (Meaning.ROLE, Meaning.WAIT, Meaning.TAKEN) and not code.startswith(NOT_OF_THE_EXPORT)


# 2 Checked


def _checking(situation: DrillSituation) -> DrillStep:
    record, heard, now = situation
    since = record.levelled_at[IMPORTED]
    if heard.restore is UNSET:
        return LookAtRestore()
    image_id = _image_id(heard)
    if heard.made is UNSET:
        return LookAtImage(image_id or "")
    if heard.made is None:
        return _say(CHECKED, "Unproven", f"{image_id} is gone, and not by this drill")
    detection = heard.made.detection
    if detection is None:
        if now - since < NO_CHECK_AFTER:
            return Pause("Checking", now + MINUTE)
        return _say(CHECKED, "Unproven", "ECS does not check images of this system")
    if detection.status != "Finished":
        if _in_time(situation, CHECKED):
            return Pause("Checking", now + MINUTE)
        return _say(CHECKED, "Unproven", "image check has not ended within an hour")
    high = [f"{risk.name} ({risk.code})" for risk in detection.risks if risk.level == "High"]
    if high:
        return _say(CHECKED, "Failed", f"image check has found a high risk: {', '.join(high)}")
    return _say(CHECKED, "Proved", "image check has found no high risk")


# 3 PoweredOn


def _starting(situation: DrillSituation) -> DrillStep:
    record, heard, now = situation
    boot = record.request.entry.boot
    if boot is None:
        raise ValueError("nothing to start")
    cause = record.started.cause if record.started else None
    if cause and (not cause.code.startswith(NEXT_TYPE) or record.attempt >= len(boot.instance_types)):
        return _say(POWERED_ON, "Unproven", f"nothing could be started: {cause.code}: {cause.message}")
    if heard.restore is UNSET:
        return LookAtRestore()
    image_id = _image_id(heard)
    release_at = (now + RELEASED_AFTER).astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:00Z")
    claim = StartClaim(
        image_id=image_id or "", instance_type=boot.instance_types[record.attempt], release_at=release_at
    )
    return ClaimStart(record.attempt + 1, claim)


def _calling(situation: DrillSituation) -> DrillStep:
    record, heard, now = situation
    claimed_at = record.start_at or now
    if not heard.first_call and now - claimed_at < WORKER_DEAD:
        return Pause("Starting", claimed_at + WORKER_DEAD)
    if heard.found is UNSET:
        return LookForInstance()
    if isinstance(heard.found, Instance):
        return SettleStart(StartResult(instance_id=heard.found.instance_id))
    if heard.called is None:
        return SettleStart(StartResult(cause=CALLED_OFF)) if record.cancel_at else _call(claimed_at, now)
    means = meaning(heard.called.code)
    settled = SettleStart(StartResult(cause=advised(heard.called)))
    is_over = heard.first_call or now - claimed_at >= CALLS_OVER
    if means in (Meaning.FINAL, Meaning.UNPACK, Meaning.TAKEN) and is_over:
        return settled
    if means is not Meaning.DOUBT and now - claimed_at >= CALLS_OVER:
        return settled
    return Pause(reason(heard.called.code), growing(claimed_at, now, most=LOOK_MOST))


def _call(claimed_at: datetime, now: datetime) -> DrillStep:
    """Call while there is time, and give up only once no call is on its way."""
    if now - claimed_at < CALLED_WITHIN:
        return StartInstance()
    if now - claimed_at < SETTLED_WITHIN:
        return Pause("Starting", claimed_at + SETTLED_WITHIN)
    return SettleStart(StartResult(cause=UNANSWERED))


# 3 to 6, of an instance


def _listening(situation: DrillSituation) -> DrillStep:
    return LISTEN[_listened(situation.record)](situation)


def _listened(record: DrillRecord) -> int:
    """The level that is listened for."""
    return next(number for number in LISTEN if number not in record.levels)


def _power(situation: DrillSituation) -> DrillStep:
    record, heard, now = situation
    if heard.instance is UNSET:
        return LookAtInstance()
    if isinstance(heard.instance, Instance) and heard.instance.status == "Running":
        return _say(POWERED_ON, "Proved", f"{record.instance_id} is Running, which is the hypervisor's word")
    if _in_time(situation, POWERED_ON):
        return Pause("Starting", now + MINUTE / 2)
    if heard.instance is None:
        return _say(POWERED_ON, "Unproven", f"{record.instance_id} is gone")
    return _say(POWERED_ON, "Failed", f"{record.instance_id} has not become Running in ten minutes")


def _speak(situation: DrillSituation) -> DrillStep:
    _, heard, now = situation
    if heard.console is UNSET:
        return ReadConsole()
    said = judged(heard.console.text) if heard.console else None
    if said:
        return _say(SPOKE, said.verdict, f"the console says {said.line!r}")
    if _in_time(situation, SPOKE):
        return Pause("Listening", now + MINUTE / 2)
    what = "no login line" if heard.console and heard.console.text.strip() else "nothing"
    return _say(SPOKE, "Unproven", f"{what} was heard on the console in ten minutes")


def _answer(situation: DrillSituation) -> DrillStep:
    _, heard, now = situation
    if heard.assistant is UNSET:
        return AskAssistant()
    if heard.assistant.answers:
        return _say(ANSWERED, "Proved", "Cloud Assistant of the guest has reported after the start")
    if _in_time(situation, ANSWERED):
        return Pause("Listening", now + MINUTE / 2)
    return _say(ANSWERED, "Unproven", "Cloud Assistant has not reported in ten minutes; the image may lack it")


def _prove(situation: DrillSituation) -> DrillStep:
    record, heard, now = situation
    if record.levels[ANSWERED].verdict != "Proved":
        return _say(PROVED, "Unproven", "the command needs Cloud Assistant")
    if record.ran is None:
        return GiveCommand()
    if heard.result is UNSET:
        return LookAtCommand()
    result = heard.result
    if result is None or result.status not in OVER:
        if _in_time(situation, PROVED):
            return Pause("Listening", now + MINUTE / 2)
        return _say(PROVED, "Unproven", "the command has not ended in a quarter of an hour")
    if result.exit_code == 0 and result.status == "Success":
        return _say(PROVED, "Proved", "the policy's command ended with 0")
    if result.exit_code is None or result.code not in ("", "ExitCodeNonzero"):
        return _say(PROVED, "Unproven", f"the command could not be run: {result.status} {result.code}".strip())
    return _say(PROVED, "Failed", f"the policy's command ended with {result.exit_code}")


# The end


def _through(situation: DrillSituation) -> DrillStep:
    """Note what goes before anything goes. A restore that somebody was just recording is waited for, and called off."""
    record, heard, now = situation
    if heard.restore is UNSET:
        return LookAtRestore()
    recorded_at = record.levelled_at[IMPORTED] + CALLS_OVER
    if heard.restore is None and now < recorded_at:
        return Pause("CleaningUp", recorded_at)
    if heard.restore and heard.restore.ended is None:
        return _call_off(heard.restore, recorded_at, now)
    image_id = _image_id(heard)
    if image_id and heard.made is UNSET:
        return LookAtImage(image_id)
    if record.instance_id and heard.instance is not None and heard.console is UNSET:
        return ReadConsole()
    if record.ran and heard.result is UNSET:
        return LookAtCommand()
    return _note(situation)


def _call_off(restore: RestoreRecord, since: datetime, now: datetime) -> DrillStep:
    if restore.cancel_at is None:
        return CancelRestore()
    return Pause("CleaningUp", growing(since, now, most=LOOK_MOST))


def _note(situation: DrillSituation) -> DrillStep:
    record, heard, _ = situation
    made = heard.made if isinstance(heard.made, Made) else None
    return NoteCleanUp(
        CleanUp(
            instance_ids=(record.instance_id,) if record.instance_id else (),
            image_id=_image_id(heard),
            snapshot_ids=made.snapshot_ids if made else (),
            console=heard.console.text if heard.console else "",
            output=heard.result.output if heard.result else "",
        )
    )


def _cleaning(situation: DrillSituation) -> DrillStep:
    record, heard, now = situation
    if heard.restore is UNSET:
        return LookAtRestore()
    if isinstance(heard.found, Instance):
        return Pause("CleaningUp", now + MINUTE / 2)
    waits = [at for at in (_started_at(record), _imported_at(heard.restore)) if at and now < at]
    if waits:
        return DeleteInstance() if heard.found is UNSET else Pause("CleaningUp", max(waits))
    if not heard.deleted:
        return DeleteAll()
    if heard.restore is None or _is_swept(heard.restore) or now - record.levelled_at[IMPORTED] >= SWEPT_WITHIN:
        return NoteCleaned()
    return Pause("CleaningUp", now + LOOK_MOST)


def _imported_at(restore: RestoreRecord | None) -> datetime | None:
    """From then on no ImportImage is on its way, which would make the image once more."""
    if restore is None or restore.settled_at is None or restore.claimed_at is None:
        return None
    alone = restore.settled_at - restore.claimed_at < WORKER_DEAD
    return restore.settled_at if alone else restore.settled_at + CALLS_OVER


def _started_at(record: DrillRecord) -> datetime | None:
    """From then on no RunInstances is on its way, and an instance is seen by its tag: the image may go.

    Whoever claims calls at once, and alone for six minutes. Others, and whoever has not seen a cancel, may call later.
    """
    times = [at for at in (record.start_at, record.started_at, record.cancel_at) if at]
    if record.request.entry.boot is None or not times:
        return None
    claimed_at, settled_at = record.start_at, record.started_at
    alone = claimed_at and settled_at and settled_at - claimed_at < WORKER_DEAD
    if alone and record.attempt == 1 and record.cancel_at is None:
        return max(times) + SHOWN_WITHIN
    return max(times) + CALLS_OVER + SHOWN_WITHIN


def _is_swept(restore: RestoreRecord) -> bool:
    return restore.unpacking_at is None or restore.swept_at is not None


def is_ours(record: DrillRecord, tags: dict[str, str]) -> bool:
    """Whether the drill made it."""
    return tags.get(DRILL_TAG) == record.drill_id


LISTEN: dict[int, Callable[[DrillSituation], DrillStep]] = {
    POWERED_ON: _power,
    SPOKE: _speak,
    ANSWERED: _answer,
    PROVED: _prove,
}
DECIDE: dict[DrillPhase, Callable[[DrillSituation], DrillStep]] = {
    DrillPhase.RESTORING: _restoring,
    DrillPhase.CHECKING: _checking,
    DrillPhase.STARTING: _starting,
    DrillPhase.CALLING: _calling,
    DrillPhase.LISTENING: _listening,
    DrillPhase.THROUGH: _through,
    DrillPhase.CLEANING: _cleaning,
    DrillPhase.CONCLUDING: lambda _situation: Conclude(),
    DrillPhase.ENDED: lambda situation: Pause() if situation.heard.noted else NoteDrilled(),
}
