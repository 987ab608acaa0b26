"""What a failed export says: its code, its words and what to do, each as a person reads it. The words are literals."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from alicloud_emulator.ecs.disk_files import disk_file
from image_export.decisions.state.table import next_step
from image_export.values.cause import Cause
from image_export.values.facts import Claim, LookRefused, Result, Stalled
from image_export.values.image import Image
from image_export.values.steps import Observed, Situation, Step

from .builders import (
    TASK,
    a_claimed_record,
    a_finished_task,
    a_record,
    a_request,
    a_started_record,
    a_task,
    an_image,
    an_object,
    keys_of,
    minutes,
)
from .fakes import START
from .test_after_void import KEY, SIGHT, VOID
from .test_steps import (
    FILES,
    READY_TO_CLAIM,
    doubt,
    ended,
    exporting,
    named,
    proven,
    proven_as,
    seen_without_disks,
    unconfirmed,
)

DATA, SYSTEM = keys_of(a_started_record())
OURS = "oss://acme-images-hangzhou/nightlyzuhapv56kszda"
LATER = START + minutes(26 * 60)
TWO = (a_task("Failed"), a_task("Deleted", task_id="tsk-2"))
NEW = "Ask for the export again; it is a new export."
AGAIN = "Ask for the export again; it is a new export with objects of its own."
CHECK = "Check the objects, or ask for the export again; it is a new export with objects of its own."
LOOK = "Look at the tasks and at the bucket, then ask for the export again; it is a new export."


def looked(image: Image | None) -> Step:
    return next_step(Situation(a_record(request=a_request(rule=None)), Observed(image=image), START))


def refused(**facts: object) -> Step:
    return next_step(Situation(a_claimed_record(**{"settled_at": START, **facts}), READY_TO_CLAIM, START))


def voided() -> Step:
    claim = Claim(kind="start", oss_prefix="p", voids=25, image=an_image())
    record = a_claimed_record(attempt=31, claim=claim, result=Result(outcome="void"), settled_at=START)
    return next_step(Situation(record, replace(READY_TO_CLAIM, candidates=(), keys=()), START))


def answered() -> Step:
    record = a_claimed_record(doubt=Cause(code="InternalError", message="Broken.", request_id="R-9"))
    return next_step(Situation(record, Observed(candidates=TWO), START + minutes(26)))


def crowded() -> Step:
    return next_step(
        Situation(a_claimed_record(), Observed(candidates=(a_task(),), unlooked=9), START + minutes(24 * 60 + 1))
    )


def vanished() -> Step:
    return exporting(None, 1440, a_started_record(vanished_at=START, missed_at=START + minutes(1430)))


def of_another_format() -> Step:
    record = a_started_record(request=a_request(image_format="vhd"))
    observed = Observed(task=a_finished_task(record), objects={key: an_object(key) for key in keys_of(record)})
    return next_step(Situation(record, observed, START + minutes(12)))


def without_any() -> Step:
    record = a_started_record(claim=Claim(kind="start", oss_prefix="p", image=an_image(disks=())))
    observed = Observed(task=a_finished_task(record, objects=()), keys=(), objects={}, image=None)
    return next_step(Situation(record, observed, START + minutes(26)))


ENDS: dict[str, tuple[Callable[[], Step], str, str, str | None]] = {
    "an image that failed": (
        lambda: looked(an_image(status="CreateFailed")),
        "IncorrectImageStatus",
        "The image is CreateFailed and will not become Available.",
        "Create the image again; the new one is exported by itself if a rule wants it.",
    ),
    "no image": (
        lambda: looked(None),
        "InvalidImageId.NotFound",
        "There is no image m-bp146shijn7hujkusyst in cn-hangzhou in account 1234567890123456.",
        "Check the image id, its region and account. It may have been deleted.",
    ),
    "calls that were lost": (
        voided,
        "StartUnconfirmed",
        "26 of 31 ExportImage calls were lost without a task.",
        "Look at the network between the function and ECS, then ask for the export again.",
    ),
    "a refusal without words": (
        lambda: refused(result=Result(outcome="refused")),
        "Unknown",
        "The refusal was recorded without its cause.",
        None,
    ),
    "a void attempt that left objects": (
        lambda: next_step(Situation(VOID, replace(SIGHT, candidates=(), keys=(KEY,)), LATER)),
        "TaskNotFound",
        f"The answer to ExportImage was lost; there are objects but no task to confirm them: {KEY}.",
        CHECK,
    ),
    "a void attempt among too many tasks": (
        lambda: next_step(Situation(VOID, replace(SIGHT, candidates=(), unlooked=3), LATER)),
        "StartUnconfirmed",
        "The answer to ExportImage was lost; any of 3 tasks could be ours.",
        LOOK,
    ),
    "a task that failed without a word": (
        lambda: exporting(a_task("Failed")),
        "ExportImageFailed",
        "ECS ended task tsk-bp67acfmxazb4ph0001 as Failed without saying why.",
        "Ask Alibaba Cloud by ticket and give the RequestId.",
    ),
    "a task that somebody cancelled": (
        lambda: exporting(a_task("Deleted")),
        "TaskCancelled",
        "Task tsk-bp67acfmxazb4ph0001 was cancelled, not by image-export.",
        "Ask for the export again if it is still wanted.",
    ),
    "a task that is unknown": (
        vanished,
        "TaskNotFound",
        "ECS has not known task tsk-bp67acfmxazb4ph0001 for a day; nothing says how it ended.",
        "Check the objects under the prefix, or ask for the export again; it is a new export.",
    ),
    "a task that wrote elsewhere": (
        lambda: exporting(named("someoneelse")),
        "ObjectNotOurs",
        (
            "Task tsk-bp67acfmxazb4ph0001 says it wrote oss://acme-images-hangzhou/someoneelse_m-1_system.raw.tar.gz, "
            f"which is not under {OURS}."
        ),
        "Look at the task; ask for the export again.",
    ),
    "an empty object": (
        lambda: proven({DATA: an_object(DATA, b"")}),
        "ObjectEmpty",
        f"The object {DATA} has 0 bytes.",
        AGAIN,
    ),
    "an old object": (
        lambda: proven({DATA: an_object(DATA, modified_at=START - minutes(1))}),
        "ObjectNotOurs",
        f"The object {DATA} is of 2026-11-24T07:59:00+00:00, older than the export.",
        AGAIN,
    ),
    "an object of another format": (
        of_another_format,
        "FormatDiffers",
        (
            "The object nightlynxbc4p27w5hza_m-bp146shijn7hujkusyst_data_xvdb.raw.tar.gz is not of the format vhd that "
            "was asked for."
        ),
        "Ask for ImageFormat raw in this region.",
    ),
    "an object that is none": (
        lambda: proven({SYSTEM: an_object(SYSTEM, b"x" * 700)}),
        "ObjectDamaged",
        f"The object {SYSTEM} is not whole: it does not begin as gzip does (head 7878787878787878).",
        AGAIN,
    ),
    "an object that is too large": (
        lambda: proven({SYSTEM: an_object(SYSTEM, size_bytes=41 * 1024**3)}),
        "ObjectDamaged",
        f"The object {SYSTEM} is not whole: it has 44023414784 bytes, and its disk 40 GiB.",
        AGAIN,
    ),
    "a disk that is too small": (
        lambda: proven_as(".vhd", disk_file("vhd", "x_system", 38)),
        "ObjectDamaged",
        (
            "The object p_m-bp146shijn7hujkusyst_system.vhd is not whole: it says that its disk has 40802189312 bytes, "
            "and the disk has 40 GiB."
        ),
        AGAIN,
    ),
    "an object whose name says no format": (
        lambda: proven_as(".raw.part", FILES[".raw.tar.gz"]),
        "ObjectDamaged",
        "The object p_m-bp146shijn7hujkusyst_system.raw.part is not whole: no disk format has that name.",
        AGAIN,
    ),
    "a missing object": (
        lambda: proven({DATA: None}, 26),
        "ObjectMissing",
        f"The task is Finished, but 1 of 2 objects are there; missing: {DATA}.",
        NEW,
    ),
    "a disk without its object": (
        lambda: seen_without_disks(an_image(), 26),
        "ObjectMissing",
        "The task is Finished, but 1 of 2 objects are there; missing: the disk /dev/xvdb.",
        NEW,
    ),
    "no object at all": (
        without_any,
        "ObjectMissing",
        "The task is Finished, but 0 of 1 objects are there.",
        NEW,
    ),
    "disks that nobody counts": (
        lambda: seen_without_disks(None, 10 + 24 * 60),
        "DisksUnknown",
        "1 whole objects are there, and ECS does not say how many disks m-bp146shijn7hujkusyst has.",
        "Hold the objects against the disks that you know of, or ask for the export again; it is a new export.",
    ),
}


@pytest.mark.parametrize(("make", "code", "message", "recommend"), ENDS.values(), ids=list(ENDS))
def test_an_end_says_what_is_wrong_and_what_to_do(
    make: Callable[[], Step], code: str, message: str, recommend: str | None
) -> None:
    assert ended(make()).error == Cause(code=code, message=message, recommend=recommend)


def unwatched(sight: Observed, **facts: Any) -> Step:
    """The verdict after a fortnight in which every look was refused."""
    since = LookRefused(since=START, cause=sight.failed)
    facts = {"look_refused": since, "look_refused_at": START + minutes(20160), "stalled": Stalled(), **facts}
    record = a_started_record(stalled_at=START, **facts)
    return next_step(Situation(record, replace(sight, refused=True), START + minutes(20160)))


ODD = Cause(code="Odd", message="no", request_id="R-9")
DENIED = Cause(code="Forbidden.RAM", message="no")
RIGHTS = "Give the assumed role the action that the message names (template.yml lists all of them)."
FINISHED = a_finished_task(a_started_record())
UNWATCHED: dict[str, tuple[Observed, dict[str, Any], str, str]] = {
    "a task": (
        Observed(failed=ODD),
        {},
        f"Every look was refused for 14 days, and task {TASK} (it may have ended)",
        "Let the role look at tasks and objects.",
    ),
    "the objects of a task": (
        Observed(failed=DENIED, task=FINISHED),
        {},
        f"Every look was refused for 14 days, and the objects of task {TASK}, which is Finished,",
        RIGHTS,
    ),
    "a task that was to be cancelled": (
        Observed(failed=DENIED, cancel_asked=True),
        {"cancel_at": START},
        f"The export was cancelled, and task {TASK} (CancelTask was accepted)",
        RIGHTS,
    ),
    "a task whose cancel was refused": (
        Observed(failed=DENIED, cancel_asked=True, cancel_refused=ODD),
        {"cancel_at": START},
        f"The export was cancelled, and task {TASK} (CancelTask was refused: Odd)",
        RIGHTS,
    ),
}


@pytest.mark.parametrize(("sight", "facts", "message", "advice"), UNWATCHED.values(), ids=list(UNWATCHED))
@pytest.mark.parametrize("inferred", [False, True])
def test_what_could_not_be_looked_at_says_what_is_known_of_it_and_that_nothing_was_deleted(
    sight: Observed, facts: dict[str, Any], message: str, advice: str, inferred: bool
) -> None:
    facts = {**facts, "result": Result(outcome="started", task_id=TASK, inferred=inferred)}
    end = ended(unwatched(sight, **facts))
    why, request_id = (": Odd: no (RequestId R-9)", "R-9") if sight.failed is ODD else (": Forbidden.RAM: no", None)
    "Cancelled" if facts.get("cancel_at") else "Failed"
    assert end.error == Cause(
        code="WatchRefused",
        message=f"{message} could not be looked at{why}",
        request_id=request_id,
        recommend=f"{advice} Nothing was deleted.",
    )
    assert (end.status, end.reason) == (
        "Cancelled" if facts.get("cancel_at") else "Failed",
        "Inferred" if inferred else None,
    )


DOUBTS: dict[str, tuple[Callable[[], Step], Cause]] = {
    "tasks that could each be ours": (
        lambda: doubt(*TWO, after_minutes=26),
        Cause(
            code="StartUnconfirmed",
            message="The answer to ExportImage was lost; these tasks could each be ours: "
            "tsk-bp67acfmxazb4ph0001 (Failed), tsk-2 (Deleted).",
            recommend="Look at the tasks, then ask for the export again; it is a new export.",
        ),
    ),
    "the same, where the answer was a fault": (
        answered,
        Cause(
            code="StartUnconfirmed",
            message="ExportImage gave InternalError (Broken.); these tasks could each be ours: "
            "tsk-bp67acfmxazb4ph0001 (Failed), tsk-2 (Deleted).",
            request_id="R-9",
            recommend="Look at the tasks, then ask for the export again; it is a new export.",
        ),
    ),
    "too many tasks": (
        crowded,
        Cause(
            code="StartUnconfirmed",
            message="The answer to ExportImage was lost; any of 10 tasks could be ours.",
            recommend=LOOK,
        ),
    ),
    "objects without a task": (
        lambda: doubt(after_minutes=24 * 60 + 1, keys=(KEY,)),
        Cause(
            code="TaskNotFound",
            message=f"The answer to ExportImage was lost; there are objects but no task to confirm them: {KEY}.",
            recommend=CHECK,
        ),
    ),
}


@pytest.mark.parametrize(("make", "cause"), DOUBTS.values(), ids=list(DOUBTS))
def test_a_start_that_nobody_can_confirm_says_what_there_is(make: Callable[[], Step], cause: Cause) -> None:
    assert unconfirmed(make()) == cause
