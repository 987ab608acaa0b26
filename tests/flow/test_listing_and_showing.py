"""`image-export list` and `show` against the emulator: what they say is what HTTP answers."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from tests.terminals import Terminal

from .entrance import Entrance
from .test_replay import environment
from .verbs import run
from .world import BUCKET, REGION, ROOT, World, bucket_client

A_MOMENT_S = 120


@pytest.fixture
def exports(world: World, entrance: Entrance) -> Iterator[dict[str, str]]:
    """The id of an export for each status that there is, by what it shows."""
    images = {name: world.image() for name in ("Completed", "Cancelled", "Missing")}
    images["Failed"] = world.image("fail", plan={"message": "Sector 7 is gone."})
    names = {name: world.tell(image)["Exports"][0]["ExportId"] for name, image in images.items()}
    entrance.cancel(names["Cancelled"])
    for image in images.values():
        world.follow(image)
    gone = entrance.get(names["Missing"]).value["Objects"][0]["Key"]
    bucket_client(world.emulator).delete_object(sdk().DeleteObjectRequest(bucket=BUCKET, key=gone))
    world.emulator.advance(3700)  # until somebody looks for the objects again
    running = {"Exporting": world.image(plan={"takes_s": 6000}), "Verifying": world.image()}
    names |= {name: world.tell(image)["Exports"][0]["ExportId"] for name, image in running.items()}
    world.emulator.post("quotas", {"concurrent_exports": 0})
    names["Requested"] = world.tell(world.image())["Exports"][0]["ExportId"]
    world.emulator.advance(400)
    yield names
    world.emulator.post("quotas", {"concurrent_exports": 1000})
    world.pass_time(61)  # what waits starts, and nothing else waits behind it


def sdk() -> Any:
    import alibabacloud_oss_v2

    return alibabacloud_oss_v2


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether they say the same; an estimate moves with the time at which it is made, and none lies in the past."""
    ends = [
        datetime.fromisoformat(export["EstimatedEnd"].replace("Z", "+00:00"))
        for export in (one, other)
        if export["EstimatedEnd"]
    ]
    close = len(ends) < 2 or abs((ends[0] - ends[1]).total_seconds()) <= A_MOMENT_S
    return close and {**one, "EstimatedEnd": None} == {**other, "EstimatedEnd": None}


def test_show_says_what_http_answers_of_every_status(world: World, entrance: Entrance, exports: dict[str, str]) -> None:
    for name, export in exports.items():
        answered, shown = entrance.get(export).value, run(world, "show", export, "--output", "json")
        assert (shown.code, shown.said) == (0, "")
        assert same(shown.document["Export"], answered), (shown.document["Export"], answered)
        assert (answered["Reason"] or answered["Status"]).startswith({"Requested": "Concurrent"}.get(name, name))


def test_list_says_what_http_answers_of_every_status(world: World, entrance: Entrance, exports: dict[str, str]) -> None:
    for export in exports.values():
        entrance.get(export)
    answered = {one["ExportId"]: one for one in entrance.newest(50)}
    listed = run(world, "list", "--limit", "50", "--output", "json")
    assert (listed.code, listed.said) == (0, "")
    assert [one["ExportId"] for one in listed.document["Exports"]] == list(answered)
    assert set(exports.values()) <= set(answered)
    for one in listed.document["Exports"]:
        other = answered[one["ExportId"]]
        assert same(one, other), {name: (one[name], other[name]) for name in one if one[name] != other[name]}


def test_an_export_that_nobody_has_looked_at_again_is_shown_as_missing_too(
    world: World, exports: dict[str, str]
) -> None:
    shown = run(world, "show", exports["Missing"])
    assert "Status               Completed: Missing" in shown.lines
    assert any(line.startswith("Object ") and line.endswith("  gone") for line in shown.lines)
    assert any("Objects that were proven are gone" in line for line in shown.lines)


def test_the_story_of_an_export_that_waited_and_failed(world: World) -> None:
    image = world.image("fail", plan={"message": "Sector 7 is gone."}, ImageName="golden-story")
    world.emulator.post("faults", [{"service": "ecs", "action": "ExportImage", "kind": "code:ImageIsExporting"}])
    export = world.tell(image)["Exports"][0]["ExportId"]
    waits = run(world, "show", export)
    assert any("It waits to be started: ImageIsExporting." in line for line in waits.lines)
    assert any("Nothing to do: another export of this image is waited for." in line for line in waits.lines)
    assert waits.lines[-1].strip() == f"image-export cancel {export}"
    world.follow(image)
    shown = run(world, "show", export, "--output", "json").document
    whats = [entry["What"] for entry in shown["Timeline"]]
    attempts = ["Claimed", "Refused", "Claimed", "Started"]
    assert [what for what in whats if what != "Delivered"] == ["Requested", *attempts, "Ended"]
    assert whats.count("Delivered") == 4  # two targets, told of the start and of the end
    assert [entry["At"] for entry in shown["Timeline"]] == sorted(entry["At"] for entry in shown["Timeline"])
    task = world.tasks_of(image)[0]["TaskId"]
    assert {entry.get("TaskId") for entry in shown["Timeline"]} == {None, task}
    assert shown["Timeline"][-1 - 2]["Error"]["Code"] == "ExportImageFailed"
    assert shown["Next"][-1] == {
        "Message": "Do it once more, when the cause is mended.",
        "Command": f"image-export retry {export}",
    }
    lines = run(world, "show", export).lines
    assert lines[1] == f"Image                golden-story ({image}), 140 GiB"
    assert any("ExportImage was called, and refused: ImageIsExporting" in line for line in lines)


def test_an_image_is_shown_by_id_and_by_name_with_its_exports(world: World) -> None:
    image = world.image("fail", ImageName="golden-[1]")
    first = world.tell(image)["Exports"][0]["ExportId"]
    world.follow(image)
    for what in (image, "golden-[1]"):
        (shown,) = run(world, "show", what, "--output", "json").document["Images"]
        assert (shown["ImageId"], shown["ImageName"]) == (image, "golden-[1]")
        assert [export["ExportId"] for export in shown["Exports"]] == [first]
        lines = run(world, "show", what).lines
        assert lines[0] == f"Image                golden-[1] ({image})"
        assert any(line.startswith(first) for line in lines)


def test_what_is_not_there_ends_with_1_and_a_hint(world: World) -> None:
    export = world.tell(world.image())["Exports"][0]["ExportId"]
    typo = export[:-1] + "7"
    unknown = run(world, "show", typo)
    assert (unknown.code, unknown.out) == (1, "")
    assert unknown.said.startswith(f"✗ NotFound: The ledger knows no {typo}. Did you mean")
    assert export in unknown.said
    said = run(world, "show", "nobody").said
    assert all(f"`image-export {verb} --image-name '*nobody*'`" in said for verb in ("list", "plan"))


def test_a_list_takes_what_fits_alone(world: World) -> None:
    images = [world.image("fail", ImageName=f"silver-{number}") for number in range(3)]
    names = []
    for image in images:
        names += [world.request(image)["Exports"][0]["ExportId"]]
        world.emulator.advance(2)  # one after another, for the ledger as for us
    for image in images:
        world.follow(image)
    fits = [
        (("--image-name", "silver-?"), names[::-1]),
        (("--image-name", "silver-?", "--limit", "1"), names[:1:-1]),
        (("--image-id", images[1]), [names[1]]),
        (("--image-name", "silver-?", "--status", "Completed", "--status", "Cancelled"), []),
        (("--image-name", "silver-?", "--status", "failed", "--status", "Cancelled"), names[::-1]),
        (("--image-name", "silver-?", "--region", "cn-beijing"), []),
        (("--image-name", "silver-?", "--region", REGION, "--account", "1234567890123456"), names[::-1]),
        (("--image-name", "silver-?", "--rule", "golden"), []),
        (("--image-name", "silver-?", "--since", "1d"), names[::-1]),
        (("--image-name", "silver-?", "--until", "2020-01-01"), []),
    ]
    for asked, found in fits:
        listed = run(world, "list", *asked, "--output", "json")
        assert [one["ExportId"] for one in listed.document["Exports"]] == found, asked
    none = run(world, "list", "--image-name", "nobody-has-it")
    assert (none.code, none.out, none.said) == (0, "", "No export fits.\n")
    wrong = run(world, "list", "--since", "yesterday")
    assert (wrong.code, "'yesterday' is no time" in wrong.said) == (2, True)


def test_documents_fit_their_schemas(world: World, exports: dict[str, str]) -> None:
    def schema(name: str) -> Any:
        return json.loads((ROOT / "schemas" / f"{name}.json").read_text())

    jsonschema.validate(run(world, "list", "--limit", "20", "--output", "json").document, schema("exports"))
    for export in exports.values():
        jsonschema.validate(run(world, "show", export, "--output", "json").document, schema("shown-export"))
    image = run(world, "show", exports["Failed"], "--output", "json").document["Export"]["ImageId"]
    jsonschema.validate(run(world, "show", image, "--output", "json").document, schema("shown-images"))


def test_on_a_terminal_they_have_colours(world: World) -> None:
    image = world.image("fail", ImageName="golden-with-a-name-that-is-quite-long-for-a-table")
    export = world.tell(image)["Exports"][0]["ExportId"]
    world.follow(image)
    for verb in (["list", "--image-id", image], ["show", export], ["show", image]):
        with Terminal(verb, environment(world)) as terminal:
            assert terminal.end() == 0
            assert "\x1b[31mFailed" in terminal.drawn


def test_a_pipe_gets_whole_lines(world: World, exports: dict[str, str]) -> None:
    lines = run(world, "list").lines
    assert lines[0].split() == ["EXPORT", "REQUESTED", "IMAGE", "WHERE", "STATUS"]
    assert any(line.startswith(exports["Failed"]) and line.endswith("Failed: ExportImageFailed") for line in lines)


def test_a_ledger_that_may_not_be_read_ends_with_3(world: World) -> None:
    world.emulator.post(
        "faults", [{"service": "oss", "action": "GetObject", "kind": "code:AccessDenied", "times": 100}]
    )
    for verb in (["list"], ["show", "exp-aaaaaaaaaaaaaaaa-0001"], ["watch"]):
        refused = run(world, *verb)
        assert (refused.code, refused.out, refused.said.startswith("✗ AccessDenied")) == (3, "", True), verb


@pytest.mark.parametrize(
    ("what", "where"),
    [
        ("exp-1", "`image-export list` shows what exports there are; an id looks like exp-mwkh3htwuwqi6f7n-0001."),
        ("rejected-123", "Of events `image-export events show rejected-123` tells."),
        ("m-6wqqxxkkzzyyqqww", "See that the id is whole; `image-export plan` shows the images of now."),
        ("nobody", "Try `image-export list --image-name '*nobody*'`; an image that no night has seen yet stands in "),
    ],
)
def test_what_is_not_there_is_said_with_where_such_a_thing_would_be(world: World, what: str, where: str) -> None:
    ran = run(world, "show", what)
    assert (ran.code, ran.said.startswith(f"✗ NotFound: The ledger knows no {what}. {where}")) == (1, True), ran.said
