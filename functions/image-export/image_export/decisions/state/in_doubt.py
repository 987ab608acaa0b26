"""IN_DOUBT: ExportImage was called, or perhaps not; is there a task of ours? (docs/protocol.md#rule-9.) Pure.

Names decide at once, absence only after the wait. Where certainty is impossible the attempt is settled as refused with
StartUnconfirmed or TaskNotFound, which is final: no second call.
"""

from datetime import datetime, timedelta
from enum import Enum, IntEnum

from msgspec import UNSET

from ...values.cause import Cause
from ...values.facts import Result
from ...values.record import Record
from ...values.steps import LookForKeys, LookForTasks, Observed, Settle, Situation, Step, Wait
from ...values.task import Task
from ..naming import is_under
from . import refused_looks
from .backoff import CLOCKS_APART, LOOK_MOST, MINUTE, VISIBLE_WITHIN, growing

REASON = "StartInDoubt"
CALLER_MAY_LIVE = MINUTE  # the worker that holds the claim answers by then, or is late and finds its result taken
CALLED_WITHIN = timedelta(minutes=5)  # of the claim: then FC has killed the caller (docs/protocol.md#rule-7)
BEFORE_CLAIM = CLOCKS_APART
AFTER_CLAIM = CALLED_WITHIN + CLOCKS_APART
LISTED_WITHIN = timedelta(minutes=25)
GIVE_UP = timedelta(hours=24)
LOOK_EVERY = timedelta(minutes=5)
ENDED_WITHOUT_OBJECTS = frozenset({"Failed", "Deleted"})


class Few(IntEnum):
    """How many tasks there are, as far as it matters."""

    NONE = 0
    ONE = 1
    SEVERAL = 2


class Verdict(Enum):
    """What tasks without names and objects under our prefix say of the call."""

    NOT_STARTED = "no task and no object: the attempt is void, and the next may be made"
    IT_IS_OURS = "one task can be ours, and nothing speaks against it"
    ANY_COULD_BE = "several tasks can be ours: nobody will know"
    OBJECTS_MAY_COME = "a Finished task without objects: they come late, or it was another's"
    OBJECTS_WITHOUT_TASK = "our objects, and no task that wrote them: it may still be listed, for a day"


# How many have ended without objects, how many have Finished, and whether objects stand under our prefix. None: nobody
# asks for objects, since a task that Failed or was Deleted leaves none to rely on.
VERDICTS: dict[tuple[Few, Few, bool | None], Verdict] = {
    (Few.NONE, Few.NONE, False): Verdict.NOT_STARTED,
    (Few.NONE, Few.NONE, True): Verdict.OBJECTS_WITHOUT_TASK,
    (Few.NONE, Few.ONE, False): Verdict.OBJECTS_MAY_COME,
    (Few.NONE, Few.ONE, True): Verdict.IT_IS_OURS,
    (Few.NONE, Few.SEVERAL, False): Verdict.OBJECTS_MAY_COME,
    (Few.NONE, Few.SEVERAL, True): Verdict.ANY_COULD_BE,
    (Few.ONE, Few.NONE, None): Verdict.IT_IS_OURS,
    (Few.ONE, Few.ONE, None): Verdict.ANY_COULD_BE,
    (Few.ONE, Few.SEVERAL, None): Verdict.ANY_COULD_BE,
    (Few.SEVERAL, Few.NONE, None): Verdict.ANY_COULD_BE,
    (Few.SEVERAL, Few.ONE, None): Verdict.ANY_COULD_BE,
    (Few.SEVERAL, Few.SEVERAL, None): Verdict.ANY_COULD_BE,
}


def next_step(situation: Situation) -> Step:
    """Look for the task; settle as started, void or refused; or wait."""
    record, observed, now = situation
    claimed_at = record.claimed_at or now
    if record.claim and record.claim.kind == "adopt":
        return Settle(Result(outcome="started", task_id=record.claim.task_id))
    if now - claimed_at < CALLER_MAY_LIVE:
        return Wait(REASON, until=claimed_at + CALLER_MAY_LIVE)
    if not isinstance(observed.candidates, tuple):
        return LookForTasks(claimed_at - BEFORE_CLAIM, claimed_at + AFTER_CLAIM)
    named = [task for task in observed.candidates if _names_ours(record, task)]
    if named:
        return Settle(Result(outcome="started", task_id=named[0].task_id))
    if observed.unlooked:  # ours may be among them, so that only names tell
        over = now - claimed_at > GIVE_UP
        return Settle(Result(outcome="refused", cause=crowded(record, observed))) if over else _again(claimed_at, now)
    return _without_names([task for task in observed.candidates if not task.objects], situation)


def unseen(situation: Situation) -> Step:
    """A look has failed: the doubt stays, until looks have been refused for a fortnight. Then nobody will know."""
    record, observed, now = situation
    code = observed.failed.code if observed.failed else REASON
    wait = Wait(code, until=growing(record.requested_at, now, most=LOOK_MOST, share=0.25))

    def give_up(cause: Cause) -> Step:
        what = "the tasks of the image, one of which may be of the call whose answer was lost,"
        return Settle(Result(outcome="refused", cause=refused_looks.unseen(record, cause, what)))

    return refused_looks.after(situation, wait, give_up)


def _without_names(nameless: list[Task], situation: Situation) -> Step:
    record, observed, now = situation
    claimed_at = record.claimed_at or now
    over = [task for task in nameless if task.status in ENDED_WITHOUT_OBJECTS]
    finished = [task for task in nameless if task.status == "Finished"]
    if now - claimed_at < LISTED_WITHIN or len(over) + len(finished) < len(nameless):
        return _again(claimed_at, now)
    if not over and observed.keys is UNSET:
        return LookForKeys(record.oss_prefix or "")
    keys = [key for key in observed.keys or () if is_under(record.request, record.oss_prefix or "", key)]
    match VERDICTS[_few(over), _few(finished), None if over else bool(keys)]:
        case Verdict.NOT_STARTED:
            return Settle(Result(outcome="void"))
        case Verdict.IT_IS_OURS:
            (ours,) = over + finished
            return Settle(Result(outcome="started", task_id=ours.task_id, inferred=True))
        case Verdict.OBJECTS_MAY_COME:
            return _without_objects(record, finished, now)
        case Verdict.OBJECTS_WITHOUT_TASK if now - claimed_at > GIVE_UP:
            return Settle(Result(outcome="refused", cause=no_task(record, keys)))
        case Verdict.OBJECTS_WITHOUT_TASK:
            return _again(claimed_at, now)
        case Verdict.ANY_COULD_BE:
            return Settle(Result(outcome="refused", cause=_unconfirmed(record, over + finished)))


def _few(tasks: list[Task]) -> Few:
    return Few(min(len(tasks), Few.SEVERAL))


def _without_objects(record: Record, finished: list[Task], now: datetime) -> Step:
    """Looked for again for as long as after any Finished (docs/protocol.md#rule-12); then nothing is certain."""
    claimed_at = record.claimed_at or now
    latest = claimed_at + CALLED_WITHIN + max(task.took or timedelta(0) for task in finished)
    if now - latest < VISIBLE_WITHIN:
        return _again(claimed_at, now)
    return Settle(Result(outcome="refused", cause=_unconfirmed(record, finished)))


def _again(claimed_at: datetime, now: datetime) -> Wait:
    return Wait(REASON, until=growing(claimed_at, now, most=LOOK_EVERY))


def _names_ours(record: Record, task: Task) -> bool:
    bucket, prefix = record.request.oss_bucket, record.oss_prefix or "-"
    return any(item.oss_bucket in ("", bucket) and is_under(record.request, prefix, item.key) for item in task.objects)


def _unconfirmed(record: Record, tasks: list[Task]) -> Cause:
    each = ", ".join(f"{task.task_id} ({task.status})" for task in tasks)
    return unsure(
        record,
        "StartUnconfirmed",
        f"these tasks could each be ours: {each}",
        "Look at the tasks, then ask for the export again; it is a new export.",
    )


def crowded(record: Record, observed: Observed) -> Cause:
    """Tasks that could not be looked at, too many or not known when asked for: none has named us in a day."""
    looked = len(observed.candidates) if isinstance(observed.candidates, tuple) else 0
    return unsure(
        record,
        "StartUnconfirmed",
        f"any of {looked + observed.unlooked} tasks could be ours",
        "Look at the tasks and at the bucket, then ask for the export again; it is a new export.",
    )


def no_task(record: Record, keys: list[str]) -> Cause:
    """Objects of ours, and no task that ECS would tell."""
    return unsure(
        record,
        "TaskNotFound",
        f"there are objects but no task to confirm them: {', '.join(keys[:10])}",
        "Check the objects, or ask for the export again; it is a new export with objects of its own.",
    )


def unsure(record: Record, code: str, so: str, advice: str) -> Cause:
    """Why nothing is certain: what ExportImage gave instead of an answer, where anybody could write that down."""
    gave = record.doubt
    said = f"ExportImage gave {gave.code} ({gave.message})" if gave else "The answer to ExportImage was lost"
    request_id = gave.request_id if gave else None
    return Cause(code=code, message=f"{said}; {so}.", request_id=request_id, recommend=advice)
