"""Restores over HTTP: asked for, planned, looked at, listed, called off, over fakes."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from image_export.errors import LedgerFault
from image_export.values.cause import Cause
from image_export.values.restore.facts import RestoreCancel
from tests.entrance import JSON, REQUEST_ID, TOKEN, Answer, Entrance

from .world import BUCKET, MANIFEST, SOURCE, World, archived, manifest, refused

NOBODY = "res-aaaaaaaaaaaaaaaa"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def entrance(world: World) -> Entrance:
    return Entrance(world, TOKEN, importing=world.importing)


def post(entrance: Entrance, **parameters: Any) -> Answer:
    """Ask for a restore of the one export that there is."""
    body = {"Manifest": MANIFEST, **parameters}
    return entrance.ask("POST", "/restores", json.dumps(body), headers=JSON)


def listed(entrance: Entrance, **query: str) -> Answer:
    return entrance.ask("GET", "/restores", query=query)


def untouched(world: World) -> bool:
    return not world.cloud.asked and not world.objects.below("restores/")


# Asked for


def test_a_restore_is_202_and_says_where_to_look_and_when(world: World, entrance: Entrance) -> None:
    answer = post(entrance, ImageName="golden-again")
    restore = answer.value
    assert (answer.status, restore["Status"], restore["ImageId"]) == (202, "Importing", "m-bp1made1")
    assert restore["ImageName"] == "golden-again"
    assert answer.headers["location"] == f"/restores/{restore['RestoreId']}"
    assert answer.headers["retry-after"] == "60"
    asker = {"Trigger": "http", "Id": REQUEST_ID, "Name": "token-1", "Address": "203.0.113.7"}
    assert restore["RequestedBy"] == asker
    assert len(world.cloud.images) == 1


def test_the_same_client_token_again_is_200_at_the_same_place(world: World, entrance: Entrance) -> None:
    first, again = post(entrance, ClientToken="one"), post(entrance, ClientToken="one")
    assert (first.status, again.status) == (202, 200)
    assert first.headers["location"] == again.headers["location"]
    assert len(world.cloud.images) == 1


def test_a_restore_that_has_ended_is_200_and_needs_no_other_look(world: World, entrance: Entrance) -> None:
    first = post(entrance, ClientToken="one")
    world.until_ended(first.value["RestoreId"])
    world.cloud.faults.before("object", refused("Forbidden"))
    again = post(entrance, ClientToken="one")
    assert (again.status, again.value["Status"]) == (200, "Completed")
    assert "retry-after" not in again.headers


def test_a_client_token_with_other_parameters_is_409(world: World, entrance: Entrance) -> None:
    post(entrance, ClientToken="one")
    answer = post(entrance, ClientToken="one", Disks="system")
    assert answer.refusal == (409, "IdempotentParameterMismatch")
    assert len(world.cloud.images) == 1


def test_a_dry_run_is_200_with_the_plan_and_writes_nothing(world: World, entrance: Entrance) -> None:
    answer = post(entrance, DryRun=True, ImageName="golden-again", Disks="system")
    plan = answer.value
    assert (answer.status, plan["ImageName"], plan["Refusal"]) == (200, "golden-again", None)
    assert [one["OSSObject"] for one in plan["Sources"]] == [archived(0).oss_object]
    assert {"Field": "Platform", "Value": "Debian", "Origin": "manifest", "Note": None} in plan["Fields"]
    assert "location" not in answer.headers
    assert not world.objects.below("")


def test_a_dry_run_says_why_it_would_be_refused(world: World, entrance: Entrance) -> None:
    del world.cloud.objects[archived(1).oss_object]
    plan = post(entrance, DryRun=True).value
    assert (plan["Refusal"]["Code"], plan["Sources"]) == ("ObjectMissing", [])


def test_where_nobody_knows_of_nvme_the_plan_names_both_who_may_not_have_said_it(
    world: World, entrance: Entrance
) -> None:
    world.cloud.hold(manifest(replace(SOURCE, features=None)))
    warnings = post(entrance, DryRun=True).value["Warnings"]
    assert "supports NVMe: ECS did not tell it, or version 0.1.0 did not keep it. The restored" in warnings[0]


# Refused


@pytest.mark.parametrize(
    ("parameters", "code", "said"),
    [
        ({"Manifest": None}, "MissingParameter", "ExportId or Manifest is required."),
        ({"ExportId": "exp-rtfyr2rqf6qlm2su-0001"}, "InvalidParameter", "ExportId and Manifest both say"),
        ({"Manifest": "https://somewhere/x"}, "InvalidParameter", "of the form oss://bucket/key"),
        ({"Manifest": None, "ExportId": "exp-1"}, "InvalidParameter", "it must be the ExportId of a Completed"),
        ({"ImageName": "aliyun-web"}, "InvalidParameter", "ImageName is 'aliyun-web'; it must be a name of 2 to 128"),
        ({"Disks": "data"}, "InvalidParameter", "Disks is 'data'; it must be all or system."),
        ({"Unpack": True}, "InvalidParameter", "Unpack is True; it must be auto, always or never."),
        ({"ClientToken": "a b"}, "InvalidParameter", "ClientToken is 'a b'; it must be 1 to 64 printable"),
        ({"RoleName": "a/b"}, "InvalidParameter", "RoleName is 'a/b'; it must be the name of the RAM role"),
        ({"DryRun": "yes"}, "InvalidParameter", "DryRun is 'yes'; it must be true or false"),
        ({"Disk": "all"}, "UnknownParameter", "'Disk' is not a parameter; did you mean Disks?"),
        ({"OSSBucket": BUCKET}, "UnknownParameter", "OSSBucket belongs into the body of POST /exports."),
    ],
)
def test_what_is_wrong_is_400_and_named(
    world: World, entrance: Entrance, parameters: dict[str, Any], code: str, said: str
) -> None:
    answer = post(entrance, **parameters)
    assert answer.refusal == (400, code)
    assert said in answer.value["Message"]
    assert untouched(world)


def test_all_faults_come_in_one_answer(entrance: Entrance) -> None:
    message = post(entrance, Disks="x", Unpack="y", DryRun="z").value["Message"]
    assert [name in message for name in ("Disks is", "Unpack is", "DryRun is")] == [True, True, True]


def test_a_dry_run_in_the_query_is_refused_and_restores_nothing(world: World, entrance: Entrance) -> None:
    body = json.dumps({"Manifest": MANIFEST})
    answer = entrance.ask("POST", "/restores", body, headers=JSON, query={"DryRun": "true"})
    assert answer.refusal == (400, "UnknownParameter")
    assert answer.value["Message"].endswith("DryRun belongs into the body of POST /restores.")
    assert untouched(world)


@pytest.mark.parametrize(
    ("parameters", "refusal"),
    [
        ({"Manifest": None, "ExportId": "exp-rtfyr2rqf6qlm2su-0001"}, (404, "ExportNotFound")),
        ({"Manifest": f"oss://{BUCKET}/nothing.json"}, (404, "ManifestNotFound")),
        ({"Manifest": "oss://strangers-bucket/nothing.json"}, (403, "Forbidden.Policy")),
    ],
)
def test_what_is_not_there_or_not_allowed_is_said_and_nothing_is_recorded(
    world: World, entrance: Entrance, parameters: dict[str, Any], refusal: tuple[int, str]
) -> None:
    assert post(entrance, **parameters).refusal == refusal
    assert untouched(world)


def test_what_is_no_manifest_is_422(world: World, entrance: Entrance) -> None:
    world.cloud.bodies["some.json"] = b'{"a": 1}'
    assert post(entrance, Manifest=f"oss://{BUCKET}/some.json").refusal == (422, "ManifestUnreadable")
    assert untouched(world)


def test_a_format_that_does_not_come_back_is_409_and_nothing_is_recorded(world: World, entrance: Entrance) -> None:
    world.cloud.hold(manifest(image_format="vdi"))
    answer = post(entrance)
    assert answer.refusal == (409, "FormatDoesNotComeBack")
    assert "qemu-img convert" in answer.value["Recommend"]
    assert untouched(world)


def test_an_altered_object_is_409_and_is_kept_at_its_location(world: World, entrance: Entrance) -> None:
    key = archived(0).oss_object
    world.cloud.objects[key] = replace(world.cloud.objects[key], size_bytes=1)
    answer = post(entrance)
    assert answer.refusal == (409, "ObjectAltered")
    kept = entrance.ask("GET", answer.headers["location"])
    assert (kept.value["Status"], kept.value["Error"]["Code"]) == ("Failed", "ObjectAltered")


def test_what_nobody_who_asks_can_mend_is_503_in_the_log_too(world: World, entrance: Entrance) -> None:
    world.cloud.faults.before("import_image", refused("UserNotInTheWhiteList"))
    answer = post(entrance)
    assert (answer.refusal, answer.headers["retry-after"]) == ((503, "UserNotInTheWhiteList"), "3600")
    assert "http.failed" in world.log.events()


def test_a_manifest_that_the_cloud_does_not_let_us_read_is_503_and_nothing_is_recorded(
    world: World, entrance: Entrance
) -> None:
    world.cloud.faults.before("read", refused("AccessDenied"))
    assert post(entrance).refusal == (503, "AccessDenied")
    assert untouched(world)


def test_what_waits_is_202_with_the_reason(world: World, entrance: Entrance) -> None:
    world.cloud.faults.before("import_image", refused("QuotaExceed.Image"))
    answer = post(entrance)
    assert (answer.status, answer.value["Status"], answer.value["Reason"]) == (202, "Importing", "ImageQuotaExceed")
    seen = entrance.ask("GET", answer.headers["location"])
    assert (seen.value["Status"], seen.value["Reason"]) == ("Importing", "ImageQuotaExceed")
    assert listed(entrance).value["Restores"] == [seen.value]
    world.look(answer.value["RestoreId"], minutes=7)
    assert entrance.ask("GET", answer.headers["location"]).value["Reason"] is None


def test_a_ledger_that_breaks_off_in_the_first_look_takes_nothing_back(
    world: World, entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = LedgerFault(Cause(code="Unanswered", message="The connection broke off."))
    monkeypatch.setattr("image_export.use_cases.restore.begin.advance", lambda *_given, **_more: _raise(fault))
    answer = post(entrance)
    assert (answer.status, answer.value["Status"]) == (202, "Requested")
    assert "look.broken" in world.log.events()
    monkeypatch.undo()
    assert world.until_ended(answer.value["RestoreId"]).restore.status == "Completed"


def _raise(fault: Exception) -> None:
    raise fault


# Looked at


def test_a_look_shows_the_progress_of_the_import(entrance: Entrance) -> None:
    made = post(entrance)
    seen = entrance.ask("GET", made.headers["location"])
    assert (seen.status, seen.value["Progress"], seen.headers["retry-after"]) == (200, "7%", "60")


def test_a_look_that_the_cloud_refuses_is_no_error(world: World, entrance: Entrance) -> None:
    made = post(entrance)
    world.cloud.faults.before("task", refused("Forbidden.RAM"))
    seen = entrance.ask("GET", made.headers["location"])
    assert (seen.status, seen.value["Status"], seen.value["Reason"]) == (200, "Importing", "Forbidden.RAM")


def test_what_is_unpacked_says_so(world: World, entrance: Entrance) -> None:
    made = post(entrance, Unpack="always")
    assert (made.value["Status"], made.value["Reason"]) == ("Unpacking", "Unpacking")
    seen = entrance.ask("GET", made.headers["location"])
    assert (seen.value["Status"], seen.value["Reason"]) == ("Unpacking", "Unpacking")
    assert listed(entrance, Status="Unpacking").value["Restores"] == [seen.value]
    assert world.unpacker.asked == [made.value["RestoreId"]]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("restore", [NOBODY, "res-1", "exp-rtfyr2rqf6qlm2su-0001", "..", "a" * 300])
def test_what_is_no_restore_is_404(world: World, entrance: Entrance, method: str, restore: str) -> None:
    answer = entrance.ask(method, f"/restores/{restore}")
    assert answer.refusal == (404, "RestoreNotFound")
    assert answer.value["Recommend"] == "Check the id; GET /restores lists what there is."
    assert not world.objects.below("restores/")


def test_another_method_says_what_is_possible(entrance: Entrance) -> None:
    answer = entrance.ask("PUT", f"/restores/{NOBODY}")
    assert (answer.refusal, answer.headers["allow"]) == ((405, "MethodNotAllowed"), "DELETE, GET")


# Listed


def made(world: World, entrance: Entrance, count: int) -> list[str]:
    """The ids of so many restores, newest first."""
    ids = []
    for number in range(count):
        ids.append(str(post(entrance, ClientToken=f"t{number}", ImageName=f"web-{number}").value["RestoreId"]))
        world.clock.advance(seconds=2)
    return ids[::-1]


def ids(answer: Answer) -> list[str]:
    return [one["RestoreId"] for one in answer.value["Restores"]]


def test_restores_are_listed_newest_first_in_pages(world: World, entrance: Entrance) -> None:
    wanted = made(world, entrance, 5)
    first = listed(entrance, MaxResults="3")
    rest = listed(entrance, MaxResults="3", NextToken=first.value["NextToken"])
    assert ids(first) + ids(rest) == wanted
    assert (len(ids(first)), rest.value["NextToken"]) == (3, None)


def test_all_that_is_given_must_fit(world: World, entrance: Entrance) -> None:
    newest, middle, oldest = made(world, entrance, 3)
    world.until_ended(middle)
    assert ids(listed(entrance, Status="Completed")) == [middle]
    assert ids(listed(entrance, Status="Importing")) == [newest, oldest]
    assert ids(listed(entrance, ImageName="web-[12]")) == [newest, middle]
    assert ids(listed(entrance, RegionId="cn-hangzhou", AccountId="1234567890123456")) == [newest, middle, oldest]
    assert ids(listed(entrance, RegionId="cn-shanghai")) == ids(listed(entrance, AccountId="12345")) == []


def test_since_and_until_are_of_the_request(world: World, entrance: Entrance) -> None:
    newest, middle, oldest = made(world, entrance, 3)
    at = entrance.ask("GET", f"/restores/{middle}").value["RequestedAt"]
    assert ids(listed(entrance, Since=at)) == [newest, middle]
    assert ids(listed(entrance, Until=at)) == [middle, oldest]
    assert ids(listed(entrance, Since=at, Until=at)) == [middle]


def test_no_restore_is_an_empty_page(entrance: Entrance) -> None:
    assert listed(entrance).value == {"Restores": [], "NextToken": None}


@pytest.mark.parametrize(
    ("query", "code", "said"),
    [
        ({"NextToken": "bm8="}, "InvalidParameter", "NextToken is not one that a page gave."),
        ({"Status": "Exporting"}, "InvalidParameter", "Status is 'Exporting'; it must be Requested, Unpacking,"),
        ({"Rule": "golden"}, "UnknownParameter", "Rule belongs into the query of GET /exports."),
    ],
)
def test_a_query_that_is_wrong_is_400(entrance: Entrance, query: dict[str, str], code: str, said: str) -> None:
    answer = listed(entrance, **query)
    assert answer.refusal == (400, code)
    assert said in answer.value["Message"]


# Called off


def test_a_restore_that_is_called_off_leaves_nothing(world: World, entrance: Entrance) -> None:
    restore = post(entrance).value["RestoreId"]
    answer = entrance.ask("DELETE", f"/restores/{restore}")
    assert (answer.status, answer.headers["retry-after"]) == (202, "60")
    assert world.until_ended(restore).restore.status == "Cancelled"
    assert not world.cloud.images
    again = entrance.ask("DELETE", f"/restores/{restore}")
    assert (again.status, again.value["Status"]) == (200, "Cancelled")


def test_who_called_it_off_is_kept(world: World, entrance: Entrance) -> None:
    restore = post(entrance).value["RestoreId"]
    entrance.ask("DELETE", f"/restores/{restore}")
    kept = world.context().ledger.read(f"restores/{restore}/cancel", RestoreCancel)
    assert kept is not None
    assert kept.fact.requested_by.name == "token-1"
