"""`image-export events` against the emulator, as somebody with keys of their own would use it."""

import json
import subprocess
import sys

from jsonschema_rs import Draft202012Validator

from image_export_cli.main import main
from tests.commands import CODE, run_here
from tests.patience import HANGS_S

from .world import ROOT, World


def events(world: World, *arguments: str) -> tuple[int, str]:
    """The exit code and what was printed."""
    ran = run_here(main, ["events", *arguments, "--functions", str(ROOT / "s.yaml")], environment(world))
    assert not ran.stderr, ran.stderr
    return ran.returncode, ran.stdout


def environment(world: World) -> dict[str, str]:
    """The keys and the endpoint."""
    return {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": world.emulator.access_key_id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": world.emulator.access_key_secret,
        "IMAGE_EXPORT_ENDPOINT": world.emulator.endpoint,
    }


def test_it_is_a_command_of_its_own(world: World) -> None:
    command = [sys.executable, "-m", "image_export_cli", "events", "show", "exp-aaaaaaaaaaaaaaaa-0001"]
    ran = subprocess.run(  # noqa: S603 - our own program
        command,
        env={**CODE, **environment(world)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=HANGS_S,
        check=False,
    )
    said = "✗ NotFound: The ledger has no exp-aaaaaaaaaaaaaaaa-0001.\n"
    assert (ran.returncode, ran.stdout, ran.stderr) == (1, "", said)


def generations(world: World, export: str) -> list[str]:
    """The exports of the same image that were recorded."""
    return sorted(key.split("/")[-2] for key in world.ledger(f"{export[:-5]}-") if key.endswith("/requested"))


def test_a_failed_export_is_listed_shown_and_done_once_more(world: World) -> None:
    image = world.image("fail", plan={"message": "Sector 7 is gone."})
    world.tell(image)
    first = world.follow(image)["ExportId"]
    second = f"{first[:-4]}0002"

    code, listed = events(world, "list")
    (line,) = [line for line in listed.splitlines() if first in line]
    assert (code, image in line, line.endswith("ExportImageFailed: Sector 7 is gone.")) == (0, True, True)

    shown = json.loads(events(world, "show", first)[1])
    assert (shown["Request"]["ImageId"], shown["Ended"]["Status"]) == (image, "Failed")
    assert (shown["ExportId"], shown["TaskId"]) == (first, world.tasks_of(image)[0]["TaskId"])

    for _ in range(2):
        assert events(world, "retry", first) == (0, f"✓ {first}: {second} is Exporting\n")
    assert generations(world, first) == [first, second]
    assert f"(then {second})" in events(world, "list")[1]
    assert len(world.tasks_of(image)) == 2


def test_what_goes_wrong_once_more_is_said_and_ends_with_1(world: World) -> None:
    body = {"ImageId": world.image(), "OSSBucket": "not-ours", "RegionId": "cn-hangzhou", "ClientToken": "once-more"}
    world.emulator.invoke("image-export-event", json.dumps(body).encode())
    name = next(line.split()[0] for line in events(world)[1].splitlines() if "OSSBucket not-ours is not" in line)
    code, said = events(world, "retry", name)
    assert (code, said.startswith(f"✗ {name}: Forbidden.Policy: OSSBucket not-ours is not")) == (1, True), said


def test_what_runs_is_refused_here_and_the_rest_is_asked_for_all_the_same(world: World) -> None:
    running = world.tell(world.image())["Exports"][0]["ExportId"]
    code, said = events(world, "retry", running, "exp-aaaaaaaaaaaaaaaa-0001")
    assert (code, len(said.splitlines())) == (1, 2)
    assert said.startswith(f"✗ {running}: NotReplayable: {running} is Exporting; what has failed or was cancelled")
    assert events(world) == events(world, "list")


def test_the_list_is_one_document_that_fits_its_schema(world: World) -> None:
    image = world.image("fail", plan={"message": "Sector 7 is gone."})
    world.tell(image)
    export = world.follow(image)["ExportId"]
    code, said = events(world, "list", "--output", "json")
    document = json.loads(said)
    Draft202012Validator(json.loads((ROOT / "schemas" / "events.json").read_text(encoding="utf-8"))).validate(document)
    (found,) = [one for one in document["Events"] if one["Name"] == export]
    assert (code, found["Kind"], found["What"], found["Error"]["Code"]) == (0, "Export", image, "ExportImageFailed")


def test_what_is_not_there_is_said_and_nothing_is_asked(world: World) -> None:
    before = len(world.emulator.calls("InvokeFunction"))
    code, said = events(world, "retry", "exp-aaaaaaaaaaaaaaaa-0001")
    name = "exp-aaaaaaaaaaaaaaaa-0001"
    assert (code, said) == (1, f"✗ {name}: NotFound: The ledger has no {name}.\n")
    code, said = events(world, "retry", "../x")
    refused = "✗ ../x: InvalidParameter: '../x' is no name that `image-export events` lists"
    assert (code, said.startswith(refused)) == (1, True)
    assert len(world.emulator.calls("InvokeFunction")) == before
