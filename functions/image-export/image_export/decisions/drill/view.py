"""A drill's facts as the one public value, and its verdict. Pure."""

from collections.abc import Iterator

from ...values.cause import Cause
from ...values.drill.drill import LEVELS, Drill, DrillStatus, Evidence, Level, LevelVerdict, Stage
from ...values.drill.facts import CleanUp, LevelFact
from ...values.drill.record import DrillRecord
from ...values.match import UNITS
from .names import restore_of_drill
from .table import CHECKED, IMPORTED, POWERED_ON, SPOKE, DrillPhase, is_of_export, phase

STATUS: dict[DrillPhase, DrillStatus] = {
    DrillPhase.RESTORING: "Restoring",
    DrillPhase.CHECKING: "Checking",
    DrillPhase.STARTING: "Starting",
    DrillPhase.CALLING: "Starting",
    DrillPhase.LISTENING: "Listening",
    DrillPhase.THROUGH: "CleaningUp",
    DrillPhase.CLEANING: "CleaningUp",
    DrillPhase.CONCLUDING: "CleaningUp",
    DrillPhase.ENDED: "Completed",
}


def drill_of(record: DrillRecord, *, reason: str | None = None) -> Drill:
    """What the world sees of this record."""
    request, ended = record.request, record.ended
    return Drill(
        drill_id=record.drill_id,
        name=request.entry.name,
        export_id=request.export_id,
        account_id=request.role.account_id,
        region_id=request.region_id,
        source_image_id=request.image_id,
        source_image_name=request.image_name,
        manifest=request.manifest,
        restore_id=restore_of_drill(record.drill_id),
        image_id=record.clean_up.image_id if record.clean_up else record.start.image_id if record.start else None,
        instance_id=record.instance_id,
        status=STATUS[phase(record)],
        reason=None if ended else reason,
        verdict=ended.verdict if ended else None,
        levels=tuple(_levels(record)),
        stages=tuple(_stages(record)),
        evidence=ended.evidence if ended else None,
        requested_at=record.requested_at,
        finished_at=record.ended_at,
        requested_by=request.requested_by,
        error=record.clean_up.cause if record.clean_up else None,
    )


def reason_of(record: DrillRecord) -> str | None:
    """The `Reason` that lists and looks show; None where its status says it all."""
    return "Cancelling" if record.cancel_at and record.ended is None else None


def evidence_of(record: DrillRecord, verdict: LevelVerdict, clean_up: CleanUp) -> Evidence:
    """The drill with its verdict, and what was heard."""
    shown = {name: getattr(drill_of(record), name) for name in Drill.__struct_fields__}
    heard = {"console": clean_up.console, "output": clean_up.output}
    return Evidence(**{**shown, "status": "Completed", "verdict": verdict, **heard})


def verdict_of(record: DrillRecord) -> LevelVerdict:
    """Failed where a level failed or the restore took too long; Proved where all that the entry asks for is."""
    verdicts = [level.verdict for level in record.levels.values()]
    if "Failed" in verdicts or is_too_slow(record):
        return "Failed"
    boot = record.request.entry.boot
    wanted = CHECKED if boot is None else len(LEVELS) if boot.command else SPOKE
    proved = all(
        number in record.levels and record.levels[number].verdict == "Proved" for number in range(1, wanted + 1)
    )
    return "Proved" if proved else "Unproven"


def failed(cause: Cause) -> LevelFact:
    """Level 1 of an export that cannot be restored at all; a role or a right that lacks proves nothing."""
    verdict: LevelVerdict = "Failed" if is_of_export(cause.code) else "Unproven"
    return LevelFact(verdict=verdict, why=f"{cause.code}: {cause.message}")


def height(record: DrillRecord) -> int:
    """The highest level that was proved."""
    return max((number for number, level in record.levels.items() if level.verdict == "Proved"), default=0)


def is_too_slow(record: DrillRecord) -> bool:
    """Whether the restore took longer than the entry allows; one that came to nothing has no time to be compared."""
    bound = record.request.entry.restore_within
    restored = IMPORTED in record.levels and record.levels[IMPORTED].verdict == "Proved"
    took = restore_seconds(record) if restored else None
    return bool(bound) and took is not None and took > int(str(bound)[:-1]) * UNITS[str(bound)[-1]].total_seconds()


def restore_seconds(record: DrillRecord) -> int | None:
    """From the request to an image that was compared."""
    at = record.levelled_at.get(IMPORTED)
    return round((at - record.requested_at).total_seconds()) if at else None


def _levels(record: DrillRecord) -> Iterator[Level]:
    for number, name in enumerate(LEVELS, 1):
        fact = record.levels.get(number)
        if fact:
            yield Level(number=number, name=name, verdict=fact.verdict, why=fact.why)


def _stages(record: DrillRecord) -> Iterator[Stage]:
    ends = record.levelled_at
    took = restore_seconds(record)
    if took is not None:
        yield Stage(name="Restore", seconds=took)
    if CHECKED in ends:
        yield Stage(name="Check", seconds=round((ends[CHECKED] - ends[IMPORTED]).total_seconds()))
    if POWERED_ON in ends and record.start_at:
        yield Stage(name="Start", seconds=round((ends[POWERED_ON] - record.start_at).total_seconds()))
    if SPOKE in ends and POWERED_ON in ends:
        yield Stage(name="Speak", seconds=round((ends[SPOKE] - ends[POWERED_ON]).total_seconds()))
