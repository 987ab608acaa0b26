"""Exports over HTTP: asked for, looked at, listed, cancelled, and what a fault may not do to the answer, over fakes."""

from collections.abc import Callable
from typing import Any

import pytest

from image_export.errors import CloudFault, Refused
from image_export.use_cases.export.record import record
from image_export.values.cause import Cause
from image_export.values.export import RequestedBy
from image_export.values.policy import Destination

from .builders import ACCOUNT, BUCKET, IMAGE, REGION, a_request, an_image
from .entrance import REQUEST_ID, TOKEN, Answer, Entrance
from .fake_world import FakeWorld
from .fakes import Counting, Died, Faults, refused, unanswered, unreached

NOBODY = "exp-rtfyr2rqf6qlm2su-0001"


class OnceAt(Faults):
    """The first time that a call of that name has had its effect, somebody else does something."""

    def __init__(self, name: str, work: Callable[[], object]) -> None:
        super().__init__()
        self._name, self._work = name, work

    def run(self, call: str, effect: Callable[[], Any]) -> Any:
        result = super().run(call, effect)
        if call == self._name:
            self._name = ""
            self._work()
        return result


def made(world: FakeWorld, entrance: Entrance, count: int) -> list[str]:
    """The ids of so many exports of as many images, newest first."""
    ids = []
    for number in range(count):
        world.show(an_image(image_id=f"m-{number}"))
        ids.append(str(entrance.post(f"m-{number}").value["ExportId"]))
        world.clock.advance(seconds=2)
    return ids[::-1]


def ids(answer: Answer) -> list[str]:
    return [export["ExportId"] for export in answer.value["Exports"]]


# Asked for


def test_an_export_is_202_and_says_where_to_look_and_when(world: FakeWorld, entrance: Entrance) -> None:
    answer = entrance.post()
    export = answer.value
    assert (answer.status, export["Status"], export["TaskId"]) == (202, "Exporting", world.task_id)
    assert answer.headers["location"] == f"/exports/{export['ExportId']}"
    assert answer.headers["retry-after"] == "420"  # 140 GiB
    asker = {"Trigger": "http", "Id": REQUEST_ID, "Name": "token-1", "Address": "203.0.113.7"}
    assert export["RequestedBy"] == asker


def test_the_same_export_again_is_200_at_the_same_place(world: FakeWorld, entrance: Entrance) -> None:
    first, again = entrance.post(), entrance.post(RegionId=REGION)
    assert (first.status, again.status) == (202, 200)
    assert first.headers["location"] == again.headers["location"]
    assert len(world.cloud.exported) == 1


def test_an_export_that_somebody_has_cancelled_meanwhile_is_200_for_it_has_ended(
    world: FakeWorld, entrance: Entrance
) -> None:
    export = entrance.post(DryRun=True).value["ExportId"].replace("-0000", "-0001")
    world.store.faults = OnceAt("put known", lambda: entrance.cancel(export))
    answer = entrance.post()
    assert (answer.status, answer.value["Status"], world.cloud.exported) == (200, "Cancelled", [])
    assert "retry-after" not in answer.headers
    assert answer.headers["location"] == f"/exports/{answer.value['ExportId']}"


def test_without_a_region_it_is_the_functions_own(world: FakeWorld) -> None:
    there = Destination(bucket=BUCKET)
    world.change_account(destinations={"cn-shanghai": there})
    world.clouds.of(ACCOUNT, "cn-shanghai").inventory[IMAGE] = an_image(region_id="cn-shanghai")
    answer = Entrance(world, TOKEN, region_id="cn-shanghai").post()
    assert (answer.status, answer.value["RegionId"]) == (202, "cn-shanghai")


@pytest.mark.parametrize(
    ("code", "status"),
    [("ImageNotSupported", 403), ("InvalidImage.DiskAmountOrSize", 400), ("InvalidImageId.NotFound", 404)],
)
def test_a_final_refusal_is_the_clouds_own_and_is_kept_at_its_location(
    world: FakeWorld, entrance: Entrance, code: str, status: int
) -> None:
    world.cloud.faults.before("export_image", refused(code))
    answer = entrance.post()
    assert answer.refusal == (status, code)
    assert answer.value["Recommend"]
    assert "retry-after" not in answer.headers
    kept = entrance.ask("GET", answer.headers["location"])
    assert (kept.value["Status"], kept.value["Error"]["Code"]) == ("Failed", code)


@pytest.mark.parametrize(
    ("code", "said", "status"),
    [("OperationConflict", 409, 409), ("Denied.ByThem", 403, 403), ("Account.Arrearage", 402, 400)],
)
def test_a_final_refusal_that_no_table_names_keeps_the_clouds_status(
    world: FakeWorld, entrance: Entrance, code: str, said: int, status: int
) -> None:
    world.cloud.faults.before("export_image", Refused(Cause(code=code, message="no"), status=said))
    answer = entrance.post()
    assert answer.refusal == (status, code)


@pytest.mark.parametrize("code", ["InvalidOSSBucket.NotFound", "Forbidden", "Forbidden.SubUser"])
def test_what_nobody_who_asks_can_mend_is_503_in_the_log_too_and_kept_at_its_location(
    world: FakeWorld, entrance: Entrance, code: str
) -> None:
    world.cloud.faults.before("export_image", Refused(Cause(code=code, message="no"), status=403))
    answer = entrance.post()
    assert (answer.refusal, answer.headers["retry-after"]) == ((503, code), "3600")
    kept = entrance.ask("GET", answer.headers["location"])
    assert (kept.value["Status"], kept.value["Error"]["Code"]) == ("Failed", code)
    assert "http.failed" in world.log.events()


def test_what_waits_for_room_is_202_with_the_reason(world: FakeWorld, entrance: Entrance) -> None:
    world.cloud.concurrent_exports = 0
    answer = entrance.post()
    assert (answer.status, answer.value["Status"]) == (202, "Requested")
    assert (answer.value["Reason"], answer.headers["retry-after"]) == ("ConcurrentQuotaExceed", "60")


def test_outside_the_policy_it_is_403_and_nothing_is_recorded(world: FakeWorld, entrance: Entrance) -> None:
    assert entrance.post(OSSBucket="strangers-bucket").refusal == (403, "Forbidden.Policy")
    assert not world.store.objects


def test_with_a_policy_that_cannot_be_read_it_is_503_and_nothing_is_recorded(
    world: FakeWorld, entrance: Entrance
) -> None:
    world.policy = None
    answer = entrance.post()
    assert answer.refusal == (503, "PolicyInvalid")
    assert int(answer.headers["retry-after"]) > 0
    assert not world.store.objects


def test_with_a_policy_that_cannot_be_read_what_stands_is_shown(world: FakeWorld, entrance: Entrance) -> None:
    export = entrance.post().value["ExportId"]
    world.policy = None
    assert entrance.get(export).value["Progress"] == "1%"
    assert ids(entrance.page()) == [export]


def test_with_a_policy_that_cannot_be_read_what_waits_is_cancelled_at_once(
    world: FakeWorld, entrance: Entrance
) -> None:
    world.show(an_image(status="Creating"))
    export = entrance.post().value["ExportId"]
    world.policy = None
    answer = entrance.cancel(export)
    assert (answer.status, answer.value["Status"]) == (202, "Cancelled")


def test_a_ledger_in_which_only_names_may_be_listed_is_no_empty_list(world: FakeWorld, entrance: Entrance) -> None:
    """The right to list is the bucket's, the right to read that of the prefix: below another one all else is 503."""
    world.store.faults.before("get", refused("AccessDenied"))
    assert entrance.page().refusal == (503, "AccessDenied")


def test_an_empty_list_of_a_ledger_that_may_be_read_is_one(entrance: Entrance) -> None:
    assert entrance.page().value == {"Exports": [], "NextToken": None}


def test_with_the_ledger_away_it_is_503_and_asking_again_is_right(world: FakeWorld, entrance: Entrance) -> None:
    world.store.faults.before("create open", unanswered())
    answer = entrance.post()
    assert answer.refusal[0] == 503
    assert int(answer.headers["retry-after"]) > 0
    assert (entrance.post().status, len(world.cloud.exported)) == (202, 1)


def test_an_export_that_was_there_before_and_cannot_be_read_now_is_503(world: FakeWorld, entrance: Entrance) -> None:
    """Whatever else it were answered would be made up: it may have ended long ago."""
    entrance.post(ClientToken="t")
    world.cloud.finish(world.task_id)
    world.tick(minutes=10)
    world.store.faults.before("list", unanswered())
    answer = entrance.post(ClientToken="t")
    assert (answer.refusal[0], "retry-after" in answer.headers) == (503, True)
    assert entrance.post(ClientToken="t").value["Status"] == "Completed"


def test_a_marker_of_others_that_cannot_be_read_is_503_for_it_may_not_be_ours(
    world: FakeWorld, entrance: Entrance
) -> None:
    world.store.faults.before("create requested", unreached())
    assert entrance.post().status == 202  # ours stands
    world.store.faults.before("create requested", unreached())
    assert entrance.post().refusal[0] == 503
    assert len(world.keys("open/")) == 1


def test_what_is_recorded_is_accepted_even_where_the_look_finds_the_ledger_away(
    world: FakeWorld, entrance: Entrance
) -> None:
    world.store.faults.before("create claim", unanswered())
    answer = entrance.post()
    assert (answer.status, answer.value["Status"]) == (202, "Requested")
    assert "look.broken" in world.log.events()
    assert [export.status for export in world.tick(minutes=10).exports] == ["Exporting"]


# Looked at


def test_a_look_shows_the_progress_that_the_task_has_now(world: FakeWorld, entrance: Entrance) -> None:
    export = entrance.post().value["ExportId"]
    answer = entrance.get(export)
    assert (answer.status, answer.value["Status"], answer.value["Progress"]) == (200, "Exporting", "1%")
    world.cloud.finish(world.task_id)
    assert entrance.get(export).value["Status"] == "Verifying"
    world.tick(minutes=10)
    done = entrance.get(export)
    assert (done.value["Status"], done.value["Progress"], len(done.value["Objects"])) == ("Completed", "100%", 2)
    assert "retry-after" in answer.headers
    assert "retry-after" not in done.headers


@pytest.mark.parametrize("fault", [refused("Forbidden.RAM"), unanswered("Unanswered"), unreached()])
def test_progress_that_cannot_be_seen_is_no_error(world: FakeWorld, entrance: Entrance, fault: Exception) -> None:
    export = entrance.post().value["ExportId"]
    world.cloud.faults.before("task", fault)
    answer = entrance.get(export)
    assert (answer.status, answer.value["Status"], answer.value["Progress"]) == (200, "Exporting", None)
    assert answer.value["Reason"] in ("Forbidden.RAM", "Unanswered", "Unreached")
    assert "look.failed" in world.log.events()


def test_a_look_says_why_an_export_waits(world: FakeWorld, entrance: Entrance) -> None:
    world.cloud.faults.before("export_image", unanswered())
    export = entrance.post().value["ExportId"]
    answer = entrance.get(export)
    assert (answer.value["Status"], answer.value["Reason"]) == ("Requested", "StartInDoubt")


def test_a_look_asks_for_the_role_with_the_external_id_of_today(world: FakeWorld, entrance: Entrance) -> None:
    export = entrance.post().value["ExportId"]
    world.clouds.external_id = "after"
    world.change_account(external_id="after")
    assert entrance.get(export).value["Progress"] == "1%"


def test_a_look_says_that_a_task_has_stalled(world: FakeWorld, entrance: Entrance) -> None:
    export = entrance.post().value["ExportId"]
    world.tick(hours=6)
    assert entrance.get(export).value["Reason"] == "Stalled"


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_export_that_is_not_there_is_404(world: FakeWorld, entrance: Entrance, method: str) -> None:
    answer = entrance.ask(method, f"/exports/{NOBODY}")
    assert answer.refusal == (404, "ExportNotFound")
    assert NOBODY in answer.value["Message"]
    assert not world.keys(NOBODY)


# Listed


def test_a_cancel_whose_worker_dies_is_looked_at_two_minutes_later(world: FakeWorld, entrance: Entrance) -> None:
    export = str(entrance.post().value["ExportId"])
    world.store.faults.after("create cancel", Died())
    before = {*world.keys("due/")}
    assert not world.surviving(lambda: entrance.cancel(export))
    (hint,) = {*world.keys("due/")} - before
    assert hint == f"due/20261124T080200Z/{export}"


def test_exports_are_listed_newest_first_page_by_page_each_once(world: FakeWorld, entrance: Entrance) -> None:
    newest_first = made(world, entrance, 5)
    pages, token = [], ""
    for _ in range(3):
        answer = entrance.page(MaxResults="2", **({"NextToken": token} if token else {}))
        pages.append(ids(answer))
        token = answer.value["NextToken"]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [export for page in pages for export in page] == newest_first
    assert token is None


def test_a_page_that_shows_the_last_one_says_that_there_is_no_more(world: FakeWorld, entrance: Entrance) -> None:
    newest_first = made(world, entrance, 2)
    answer = entrance.page(MaxResults="2")
    assert (ids(answer), answer.value["NextToken"]) == (newest_first, None)


def test_a_list_may_be_of_an_image_a_region_or_a_status(world: FakeWorld, entrance: Entrance) -> None:
    second, first = made(world, entrance, 2)
    world.cloud.fail("tsk-0001")
    world.tick(minutes=10)
    assert ids(entrance.page()) == [second, first]
    assert ids(entrance.page(ImageId="m-0")) == [first]
    assert ids(entrance.page(RegionId="cn-beijing")) == []
    assert ids(entrance.page(Status="Exporting", RegionId=REGION)) == [second]
    assert ids(entrance.page(Status="Failed")) == [first]
    assert ids(entrance.page(Status="Failed", ImageId="m-1")) == []


def test_what_has_ended_is_listed_as_a_look_shows_it(world: FakeWorld, entrance: Entrance) -> None:
    export = entrance.post().value["ExportId"]
    world.cloud.finish(world.task_id)
    world.tick(minutes=10)
    (listed,) = entrance.page().value["Exports"]
    assert listed == entrance.get(export).value
    assert (listed["Status"], len(listed["Objects"])) == ("Completed", 2)


def test_a_name_of_the_history_that_lost_its_race_is_not_listed_beside_the_one_that_won(
    world: FakeWorld, entrance: Entrance
) -> None:
    (export,) = made(world, entrance, 1)
    (name,) = world.keys("history/")
    stamp = name.split("/")[1]
    world.store.put(name.replace(stamp, f"{int(stamp) - 1:014d}"), b"")
    assert ids(entrance.page()) == [export]


def lay_others(world: FakeWorld, count: int, *, first: int = 0) -> None:
    """So many names of other images' exports in the history, the newest at that place."""
    for number in range(count):
        name = f"history/{first + number:014d}/{REGION}/m-other/exp-{'a' * 16}-{number:04d}"
        world.store.put(name, b"")


def test_the_newest_export_of_an_image_is_found_among_thousands_of_later_ones_in_a_few_calls(
    world: FakeWorld, entrance: Entrance
) -> None:
    export = entrance.post().value["ExportId"]
    world.cloud.finish(world.task_id)
    world.tick(minutes=10)
    world.store.put("swept/indexed", b"")
    lay_others(world, 2050)
    world.store.faults = calls = Counting()
    answer = entrance.page(ImageId=IMAGE, Status="Completed", MaxResults="1")
    assert (ids(answer), answer.value["NextToken"]) == ([export], None)
    assert calls.calls == ["list", "get", "list", "list"]  # by image, the body; since when that is so, what is older


def test_the_exports_of_an_image_are_listed_page_by_page_each_once(world: FakeWorld, entrance: Entrance) -> None:
    exports = []
    for number in range(3):
        exports.append(entrance.post(OSSPrefix=f"p{number}").value["ExportId"])
        world.clock.advance(seconds=2)
    first = entrance.page(ImageId=IMAGE, MaxResults="2")
    second = entrance.page(ImageId=IMAGE, MaxResults="2", NextToken=first.value["NextToken"])
    assert (ids(first) + ids(second), second.value["NextToken"]) == (exports[::-1], None)


def test_exports_that_an_earlier_version_recorded_are_found_behind_those_that_have_names_by_image(
    world: FakeWorld, entrance: Entrance
) -> None:
    (old,) = made(world, entrance, 1)
    for name in world.keys("images/"):
        del world.store.objects[name]
    world.sweeps = True
    world.tick(hours=3)
    assert world.keys("swept/indexed")
    world.clock.advance(hours=3)
    new = entrance.post("m-0", OSSPrefix="another").value["ExportId"]
    assert new != old
    assert ids(entrance.page(ImageId="m-0")) == [new, old]


def test_exports_that_0_1_0_recorded_after_a_rollback_are_found_by_their_image(
    world: FakeWorld, entrance: Entrance
) -> None:
    world.sweeps = True
    world.tick(hours=3)
    world.clock.advance(hours=3)
    world.store.put("swept/markers", b"")  # its watcher's first tick
    (old,) = made(world, entrance, 1)
    for name in world.keys("images/"):
        del world.store.objects[name]
    world.tick(minutes=1)
    assert ids(entrance.page(ImageId="m-0")) == [old]


def test_a_page_reads_on_until_it_shows_something(world: FakeWorld, entrance: Entrance) -> None:
    (export,) = made(world, entrance, 1)
    lay_others(world, 2050)
    for name in world.keys("images/"):
        del world.store.objects[name]
    answer = entrance.page(ImageId="m-0")
    assert (ids(answer), answer.value["NextToken"]) == ([export], None)


@pytest.mark.parametrize(("others", "goes_on"), [(1999, False), (2000, True)])
def test_a_page_that_shows_something_reads_two_thousand_names_and_goes_on_if_there_are_more(
    world: FakeWorld, entrance: Entrance, others: int, goes_on: bool
) -> None:
    (export,) = made(world, entrance, 1)
    lay_others(world, others, first=90000000000000)
    first = entrance.page(RegionId=REGION, ImageId="m-0")
    assert (ids(first), bool(first.value["NextToken"])) == ([export], goes_on)


@pytest.mark.parametrize(("others", "goes_on"), [(99, False), (100, True)])
def test_a_page_that_shows_something_opens_a_hundred_bodies_and_goes_on_if_there_are_more(
    world: FakeWorld, entrance: Entrance, others: int, goes_on: bool
) -> None:
    (export,) = made(world, entrance, 1)
    world.cloud.fail(world.task_id)
    world.tick(minutes=10)
    lay_others(world, others, first=90000000000000)
    first = entrance.page(Status="Failed")
    assert (ids(first), bool(first.value["NextToken"])) == ([export], goes_on)


def test_a_page_opens_bodies_until_it_shows_something(world: FakeWorld, entrance: Entrance) -> None:
    asker = RequestedBy(trigger="nightly", id="n")
    (failed,) = made(world, entrance, 1)
    world.cloud.fail(world.task_id)
    world.tick(minutes=10)
    for number in range(100):
        record(world.context(), a_request(image_id=f"m-night{number}", requested_by=asker))
    answer = entrance.page(Status="Failed")
    assert (ids(answer), answer.value["NextToken"]) == ([failed], None)


def test_a_list_whose_time_is_over_before_it_shows_anything_says_so_and_where_to_go_on(
    world: FakeWorld, entrance: Entrance
) -> None:
    (export,) = made(world, entrance, 1)
    lay_others(world, 10)
    read = world.store.get

    def slow(key: str) -> Any:
        world.remaining_s -= 30
        return read(key)

    world.store.get = slow  # type: ignore[method-assign]
    answer = entrance.page(Status="Exporting")
    assert answer.refusal == (503, "ListTooLong")
    token = answer.value["Recommend"].split("NextToken=")[1].split(",")[0]
    world.store.get, world.remaining_s = read, 120.0  # type: ignore[method-assign]
    assert ids(entrance.page(Status="Exporting", NextToken=token)) == [export]


@pytest.mark.parametrize(
    "alien", ["history/readme.txt", "history/000/x", f"history/{'0' * 14}/{REGION}/m-1/exp-{'a' * 16}-backup"]
)
def test_a_name_of_the_history_that_is_none_of_ours_is_passed_over(
    world: FakeWorld, entrance: Entrance, alien: str
) -> None:
    second, first = made(world, entrance, 2)
    world.store.put(alien, b"hello")
    page = entrance.page(MaxResults="1")
    assert ids(page) == [second]
    last = entrance.page(MaxResults="1", NextToken=page.value["NextToken"])
    assert (ids(last), last.value["NextToken"]) == ([first], None)


@pytest.mark.parametrize("part", ["history/", "/requested"])
def test_an_export_that_cannot_be_read_hides_no_other(world: FakeWorld, entrance: Entrance, part: str) -> None:
    export, _ = made(world, entrance, 2)
    broken = next(key for key in world.keys(part) if export not in key)
    world.store.put(broken, b"{}")
    assert ids(entrance.page()) == [export]
    assert "fact.unreadable" in world.log.events()


def test_a_list_that_the_ledger_does_not_answer_in_full_is_no_list(world: FakeWorld, entrance: Entrance) -> None:
    made(world, entrance, 2)
    world.store.faults.before("get", unanswered())
    assert entrance.page().status == 503


@pytest.mark.parametrize("token", ["eA==", "null", "A", "aGlzdG9yeS8uLi8uLi9vcGVu"])
def test_a_token_that_no_page_gave_is_400(entrance: Entrance, token: str) -> None:
    answer = entrance.page(NextToken=token)
    assert answer.refusal == (400, "InvalidParameter")
    assert "NextToken" in answer.value["Message"]


def test_an_empty_token_is_none(world: FakeWorld, entrance: Entrance) -> None:
    newest_first = made(world, entrance, 2)
    assert ids(entrance.page(NextToken="")) == newest_first


def test_all_faults_of_a_query_come_in_one_answer(entrance: Entrance) -> None:
    answer = entrance.page(MaxResults="51", Imageid="m-1")
    assert answer.refusal == (400, "InvalidParameter")
    assert "did you mean ImageId?" in answer.value["Message"]
    assert "1 to 50" in answer.value["Message"]


# Cancelled


def test_what_has_not_started_is_cancelled_at_once_and_stays_so(world: FakeWorld, entrance: Entrance) -> None:
    world.show(an_image(status="Creating"))
    export = entrance.post().value["ExportId"]
    first, again = entrance.cancel(export), entrance.cancel(export)
    assert (first.status, first.value["Status"]) == (202, "Cancelled")
    assert (again.status, again.value) == (200, first.value)
    world.show(an_image())
    world.tick(minutes=30)
    assert world.cloud.exported == []


def test_a_running_task_is_cancelled_and_its_end_decides(world: FakeWorld, entrance: Entrance) -> None:
    export = entrance.post().value["ExportId"]
    answer = entrance.cancel(export)
    assert answer.status == 202
    world.tick(minutes=2)
    assert entrance.get(export).value["Status"] == "Cancelled"
    assert world.cloud.running[world.task_id].task.status == "Deleted"


def test_while_ecs_refuses_to_cancel_the_export_goes_on_and_says_what_was_asked(
    world: FakeWorld, entrance: Entrance
) -> None:
    export = entrance.post().value["ExportId"]
    world.cloud.faults.before("cancel_task", *[refused("InternalError") for _ in range(9)])
    answer = entrance.cancel(export)
    assert (answer.status, answer.value["Status"]) == (202, "Exporting")
    assert int(answer.headers["retry-after"]) > 0
    assert (entrance.get(export).value["Reason"], ids(entrance.page())) == ("CancelRequested", [export])
    world.cloud.finish(world.task_id)
    world.tick(minutes=10)
    assert entrance.get(export).value["Status"] == "Completed"


def test_a_cancel_that_the_ledger_does_not_take_is_503_and_the_export_goes_on(
    world: FakeWorld, entrance: Entrance
) -> None:
    export = entrance.post().value["ExportId"]
    world.store.faults.before("create cancel", unanswered())
    assert entrance.cancel(export).refusal[0] == 503
    assert entrance.get(export).value["Reason"] is None


@pytest.mark.parametrize("faults", [(), (refused("WeeklyQuotaExceed.ExportImage"),)], ids=["running", "waiting"])
def test_a_cancel_is_not_forgotten_where_its_worker_dies(
    world: FakeWorld, entrance: Entrance, faults: tuple[CloudFault, ...]
) -> None:
    world.cloud.faults.before("export_image", *faults)
    export = entrance.post().value["ExportId"]
    world.store.faults.after("create cancel", Died())
    assert not world.surviving(lambda: entrance.cancel(export))
    for _ in range(4):
        world.tick(minutes=1)
    assert entrance.get(export).value["Status"] == "Cancelled"


# Tried


def test_a_dry_run_says_that_it_would_start_and_leaves_nothing(world: FakeWorld, entrance: Entrance) -> None:
    answer = entrance.post(DryRun=True)
    assert (answer.status, answer.value["Status"], answer.value["Reason"]) == (200, "Requested", "DryRun")
    assert "location" not in answer.headers
    assert entrance.get(answer.value["ExportId"]).refusal == (404, "ExportNotFound")
    assert not world.store.objects
    assert not world.cloud.exported


def test_a_dry_run_of_what_is_on_its_way_shows_that(world: FakeWorld, entrance: Entrance) -> None:
    standing, before = entrance.post().value, len(world.store.objects)
    tried = entrance.post(DryRun=True).value
    assert (tried["ExportId"], tried["Status"], tried["TaskId"]) == (
        standing["ExportId"],
        "Exporting",
        standing["TaskId"],
    )
    assert (len(world.store.objects), len(world.cloud.exported)) == (before, 1)
