"""Exports over HTTP: asked for once however often, followed, listed, cancelled at any time (docs/protocol.md#p1)."""

import json
from typing import Any

import pytest

from .entrance import TOKEN, Answer, Entrance
from .world import BUCKET, REGION, World

WHOLE = "abcdefghijklmnopqrstuvwx"  # 24 letters leave no room for ours


def ids(answer: Answer) -> list[str]:
    return [export["ExportId"] for export in answer.value["Exports"]]


def test_an_export_is_asked_for_followed_and_completed(world: World, entrance: Entrance) -> None:
    image = world.image(plan={"takes_s": 600})
    asked = entrance.post(image)
    export = asked.value
    assert (asked.status, export["Status"], export["RequestedBy"]["Trigger"]) == (202, "Exporting", "http")
    assert asked.headers["location"] == f"/exports/{export['ExportId']}"
    assert asked.headers["retry-after"] == "420"  # 140 GiB
    assert export["RequestedBy"]["Id"] == asked.headers["x-request-id"]
    world.emulator.advance(300)
    half = entrance.ask("GET", asked.headers["location"])
    assert (half.status, half.value["Status"], "retry-after" in half.headers) == (200, "Exporting", True)
    assert 30 <= int(half.value["Progress"].rstrip("%")) < 100
    world.follow(image)
    done = entrance.get(export["ExportId"])
    assert (done.value["Status"], done.value["Progress"], len(done.value["Objects"])) == ("Completed", "100%", 2)
    assert done.value["Manifest"].startswith(f"oss://{BUCKET}/{export['OSSPrefix']}")
    assert "retry-after" not in done.headers
    assert TOKEN not in json.dumps(world.emulator.get("logs"))


def test_the_same_request_is_the_same_export_while_it_is_open_and_a_new_one_after(
    world: World, entrance: Entrance
) -> None:
    image = world.image()
    first, again = entrance.post(image), entrance.post(image, RegionId=REGION)
    assert (first.status, again.status) == (202, 200)
    assert first.value["ExportId"] == again.value["ExportId"]
    assert again.headers["location"] == first.headers["location"]
    world.follow(image)
    anew = entrance.post(image)
    assert (anew.status, anew.value["ExportId"] == first.value["ExportId"]) == (202, False)
    assert len(world.calls_of(image)) == 2


def test_a_client_token_stands_for_its_export_even_after_its_end(world: World, entrance: Entrance) -> None:
    image = world.image()
    first = entrance.post(image, ClientToken="token-1" + image)
    world.follow(image)
    again = entrance.post(image, ClientToken="token-1" + image)
    assert (again.status, again.value["ExportId"]) == (200, first.value["ExportId"])
    assert (again.value["Status"], len(world.calls_of(image))) == ("Completed", 1)


@pytest.mark.parametrize("other", [{"OSSPrefix": "other"}, {"ImageFormat": "qcow2"}, {"RoleName": "another"}])
def test_a_client_token_with_other_parameters_is_409(world: World, entrance: Entrance, other: dict[str, str]) -> None:
    image = world.image()
    token = "token-2" + image
    entrance.post(image, ClientToken=token)
    assert entrance.post(image, ClientToken=token, **other).refusal == (409, "IdempotentParameterMismatch")
    assert entrance.post(world.image(), ClientToken=token).refusal == (409, "IdempotentParameterMismatch")
    assert len(world.tasks_of(image)) == 1


def test_a_whole_prefix_is_used_as_given_and_once(world: World, entrance: Entrance) -> None:
    image = world.image()
    first = entrance.post(image, OSSPrefix=WHOLE)
    assert (first.status, first.value["OSSPrefix"]) == (202, WHOLE)
    assert entrance.post(image, OSSPrefix=WHOLE).status == 200
    assert world.follow(image)["Objects"][0]["Key"].startswith(f"{WHOLE}_{image}")
    assert entrance.post(image, OSSPrefix=WHOLE).refusal == (409, "PrefixInUse")
    assert entrance.post(image, OSSPrefix=WHOLE, ImageFormat="qcow2").refusal == (409, "PrefixInUse")
    assert len(world.calls_of(image)) == 1


@pytest.mark.parametrize("prefix", ["a" * 18, "b" * 30])
def test_whole_prefixes_have_18_to_30_letters(world: World, entrance: Entrance, prefix: str) -> None:
    image = world.image()
    assert entrance.post(image, OSSPrefix=prefix).value["OSSPrefix"] == prefix
    assert entrance.post(world.image(), OSSPrefix=prefix[:17]).value["OSSPrefix"].startswith(prefix[:17])
    assert entrance.post(world.image(), OSSPrefix=prefix[0] * 31).refusal == (400, "InvalidParameter")


def test_a_dry_run_says_what_would_happen_and_leaves_nothing(world: World, entrance: Entrance) -> None:
    image = world.image()
    before = len(world.ledger())
    answer = entrance.post(image, DryRun=True)
    assert (answer.status, answer.value["Status"], answer.value["Reason"]) == (200, "Requested", "DryRun")
    assert "location" not in answer.headers
    assert (world.calls_of(image), len(world.ledger())) == ([], before)
    assert entrance.get(answer.value["ExportId"]).refusal == (404, "ExportNotFound")
    gone = entrance.post("m-bp1nobodyhasit", DryRun=True)
    assert (gone.status, gone.value["Error"]["Code"]) == (200, "InvalidImageId.NotFound")


def test_what_has_not_started_is_cancelled_at_once(world: World, entrance: Entrance) -> None:
    image = world.image(Status="Creating")
    export = entrance.post(image).value["ExportId"]
    first, again = entrance.cancel(export), entrance.cancel(export)
    assert (first.status, first.value["Status"]) == (202, "Cancelled")
    assert (again.status, again.value["Status"]) == (200, "Cancelled")
    world.pass_time(700)
    assert (world.calls_of(image), world.kinds(image)) == ([], ["Cancelled"])


def test_a_running_task_is_cancelled_and_its_end_decides(world: World, entrance: Entrance) -> None:
    image = world.image()
    export = entrance.post(image).value["ExportId"]
    for answer in (entrance.cancel(export), entrance.cancel(export)):
        assert answer.status in (200, 202)
        assert answer.value["Status"] in ("Exporting", "Cancelled")
    assert world.follow(image)["Status"] == "Cancelled"
    assert (entrance.get(export).value["Status"], entrance.cancel(export).status) == ("Cancelled", 200)
    assert sorted(world.kinds(image)) == ["Cancelled", "Started"]


def test_what_cannot_be_cancelled_goes_on_and_says_so(world: World, entrance: Entrance) -> None:
    image = world.image(plan={"support_cancel": False})
    export = entrance.post(image).value["ExportId"]
    for answer in (entrance.cancel(export), entrance.cancel(export)):
        assert (answer.status, answer.value["Status"]) == (202, "Exporting")
        assert answer.value["Reason"] == "CancelNotSupported"
        assert answer.headers["retry-after"]
    assert world.follow(image)["Status"] == "Completed"


def test_what_has_ended_stays_as_it_ended(world: World, entrance: Entrance) -> None:
    image = world.image()
    export = entrance.post(image).value["ExportId"]
    world.follow(image)
    answer = entrance.cancel(export)
    assert (answer.status, answer.value["Status"]) == (200, "Completed")
    assert world.kinds(image) == ["Started", "Completed"]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_export_that_is_not_there_is_404(entrance: Entrance, method: str) -> None:
    for export in ("exp-aaaaaaaaaaaaaaaa-0001", "exp-rtfyr2rqf6qlm2su-999999999"):
        assert entrance.ask(method, f"/exports/{export}").refusal == (404, "ExportNotFound")


def test_exports_are_listed_newest_first_page_by_page(world: World, entrance: Entrance) -> None:
    made = []
    for _ in range(7):
        made.append(entrance.post(world.image()).value["ExportId"])
        world.emulator.advance(2)
    pages: list[list[str]] = []
    query: dict[str, Any] = {"MaxResults": 2}
    while len(pages) < 4:
        answer = entrance.page(**query)
        pages.append(ids(answer))
        query["NextToken"] = answer.value["NextToken"]
    assert [export for page in pages for export in page][:7] == made[::-1]
    assert [len(page) for page in pages[:3]] == [2, 2, 2]


def test_a_list_may_be_of_a_region_an_image_or_a_status(world: World, entrance: Entrance) -> None:
    image, cancelled = world.image(), world.image(Status="Creating")
    export, other = entrance.post(image).value["ExportId"], entrance.post(cancelled).value["ExportId"]
    entrance.cancel(other)
    assert ids(entrance.page(ImageId=image)) == [export]
    assert ids(entrance.page(ImageId=image, RegionId="ap-southeast-1")) == []
    assert ids(entrance.page(ImageId=image, RegionId=REGION, Status="Exporting")) == [export]
    assert ids(entrance.page(ImageId=image, Status="Cancelled")) == []
    assert ids(entrance.page(ImageId=cancelled, Status="Cancelled")) == [other]
    world.follow(image)
    assert ids(entrance.page(ImageId=image, Status="Completed")) == [export]
    listed = entrance.page(ImageId=image).value["Exports"][0]
    assert listed == entrance.get(export).value


def test_a_page_that_begins_behind_a_token_is_the_same_whatever_has_come_since(
    world: World, entrance: Entrance
) -> None:
    images = [world.image() for _ in range(3)]
    for image in images:
        entrance.post(image)
        world.emulator.advance(2)
    first = entrance.page(MaxResults=1).value
    entrance.post(world.image())
    second = entrance.page(MaxResults=1, NextToken=first["NextToken"]).value
    assert [export["ImageId"] for export in first["Exports"] + second["Exports"]] == images[:0:-1]
