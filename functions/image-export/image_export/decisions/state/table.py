"""The step table: from an export's facts and what was just seen to the one next step. Pure.

    phase       facts                                    what it does (module)
    READY       no claim, or the last one refused/void   look at image and hold, claim the next attempt (starting)
                                                         note since when the role is refused, which fails it later
                                                         after a void, first for what it made after all (after_void)
    IN_DOUBT    a claim without result                   find out whether ExportImage happened (doubt)
    EXPORTING   a result that started                    follow the task, prove the objects (exporting)
                                                         note since when the task is not known, a day before it fails
    CALLED_OFF  the newest claim is a cancel or an end   end as it says
    ENDED       a verdict                                nothing: it is delivered (use_cases/outbox)

Where a look has failed, the table UNSEEN goes on: note since when looks are refused, which ends it in a fortnight
(refused_looks).

Status words of the cloud stand in tables of these modules (IMAGE, TASK); a word that nobody has met yet is waited for
and never a verdict.
"""

from collections.abc import Callable
from enum import Enum, auto

from ...values.facts import Ended
from ...values.record import Record
from ...values.steps import End, Situation, Step, Wait
from . import exporting, in_doubt, ready, refused_looks


class Phase(Enum):
    """Where an export stands, by its facts alone."""

    READY = auto()
    IN_DOUBT = auto()
    EXPORTING = auto()
    CALLED_OFF = auto()
    ENDED = auto()


def phase(record: Record) -> Phase:
    """The one phase that the facts allow."""
    if record.ended:
        return Phase.ENDED
    if record.claim is None:
        return Phase.READY
    if record.claim.kind in ("cancel", "end"):
        return Phase.CALLED_OFF
    if record.result is None:
        return Phase.IN_DOUBT
    return Phase.EXPORTING if record.result.outcome == "started" else Phase.READY


def _call_off(situation: Situation) -> Step:
    claim = situation.record.claim
    return End((claim and claim.ended) or Ended(status="Cancelled"))


def _rest(_situation: Situation) -> Step:
    return Wait()


DECIDE: dict[Phase, Callable[[Situation], Step]] = {
    Phase.READY: ready.next_step,
    Phase.IN_DOUBT: in_doubt.next_step,
    Phase.EXPORTING: exporting.next_step,
    Phase.CALLED_OFF: _call_off,
    Phase.ENDED: _rest,
}

UNSEEN: dict[Phase, Callable[[Situation], Step]] = {
    Phase.READY: ready.unseen,
    Phase.IN_DOUBT: in_doubt.unseen,
    Phase.EXPORTING: exporting.unseen,
}


def next_step(situation: Situation) -> Step:
    """The next step of this export; the same situation always gives the same step."""
    at, observed = phase(situation.record), situation.observed
    table = UNSEEN if observed.failed and at in UNSEEN else DECIDE
    step = table[at](situation)
    through = isinstance(step, Wait) and not step.queued and not observed.failed  # who queues has not seen all yet
    return (refused_looks.answered(situation) if through else None) or step
