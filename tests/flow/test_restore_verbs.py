"""`image-export restore` and its verbs, at functions that restore: planned, asked for, followed, listed, called off."""

import json
import shlex
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import alibabacloud_oss_v2 as oss
import jsonschema  # type: ignore[import-untyped]  # no stubs; only here
import pytest
from aliyunsdkecs.request.v20140526.CopyImageRequest import CopyImageRequest
from aliyunsdkecs.request.v20140526.ImportImageRequest import ImportImageRequest
from aliyunsdkecs.request.v20140526.ModifyImageAttributeRequest import ModifyImageAttributeRequest

from image_export.edges.aliyun.credentials import Credentials
from image_export.edges.aliyun.hosts import Addresses
from image_export.edges.aliyun.rpc import Rpc
from image_export_cli.following.loop import looks
from image_export_cli.main import main
from tests.commands import run_here
from tests.emulator.ecs_requests import filled

from .restores import FAR, Restores, restoring_emulator
from .test_replay import environment
from .verbs import Ran
from .world import BUCKET, REGION, ROOT, bucket_client

NOBODY = "res-aaaaaaaaaaaaaaaa"
GOLDEN = {"ImageName": "golden-web", "ImageFamily": "web", "Description": "it's the golden one; $HOME"}


@pytest.fixture(scope="module")
def restores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Restores]:
    with restoring_emulator(tmp_path_factory.mktemp("restore-verbs")) as emulator:
        emulator.post("quotas", {"concurrent_exports": 1000, "weekly_exports": 100_000, "api_qps": 10_000})
        yield Restores(emulator)


@pytest.fixture(scope="module")
def export(restores: Restores) -> str:
    """The id of a Completed one."""
    return str(restores.exported(BootMode="UEFI-Preferred", **GOLDEN)["ExportId"])


def restore(restores: Restores, *arguments: str, terminal: bool = False) -> Ran:
    """The verb with the world's keys."""
    command = ["--deployment", str(ROOT / "s.yaml"), "restore", *arguments]
    ran = run_here(main, command, {"COLUMNS": "80", "NO_COLOR": "1", **environment(restores.world)}, terminal=terminal)
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def fits(answer: Ran, schema: str) -> Any:
    """The document, which is as its schema says."""
    jsonschema.validate(answer.document, json.loads((ROOT / "schemas" / f"{schema}.json").read_text()))
    return answer.document


def begun(restores: Restores, export: str, *arguments: str) -> str:
    """The id of a new restore."""
    answer = restore(restores, export, *arguments, "--output", "json")
    assert answer.code == 0, answer
    (outcome,) = fits(answer, "restore-outcomes")["Outcomes"]
    return str(outcome["Restore"]["RestoreId"])


# --plan


def test_a_plan_says_field_by_field_where_each_comes_from_and_changes_nothing(restores: Restores, export: str) -> None:
    before = restores.world.ledger("/restores/")
    plan = restore(restores, export, "--plan", "--name", "web-again", terminal=True)
    assert (plan.code, plan.said) == (0, "")
    assert [line for line in plan.lines if len(line.rstrip()) > 80] == []
    rows = [line.split() for line in plan.lines]
    assert ["ImageName", "web-again", "asked"] in rows
    assert any(row[:3] == ["BootMode", "UEFI", "mapped"] for row in rows)
    assert any(row[:3] == ["ImageFamily", "web", "manifest"] for row in rows)
    assert "Costs                2 snapshots, of disks of " in plan.out
    assert plan.lines[-1] == "✓ It would be restored. Nothing was done."
    assert restores.world.ledger("/restores/") == before


def test_a_plan_is_one_document_too(restores: Restores, export: str) -> None:
    plan = fits(restore(restores, export, "--plan", "--output", "json"), "restore-plan")
    assert (plan["Refusal"], plan["Unpacks"], len(plan["Sources"])) == (None, False, 2)


def test_a_plan_of_what_would_be_refused_ends_with_1(restores: Restores, export: str) -> None:
    taken = restores.world.image(ImageName="taken-already")
    plan = restore(restores, export, "--plan", "--name", "taken-already")
    assert plan.code == 1
    assert (
        "✗ It would be refused. InvalidImageName.Duplicated: There is an image of the name 'taken-already'" in plan.out
    )
    assert taken in plan.out


def test_a_plan_for_another_region_says_where_it_is_imported_and_what_that_costs(
    restores: Restores, export: str
) -> None:
    plan = restore(restores, export, "--plan", "--region", FAR)
    assert plan.code == 0
    assert "Account, region      prod ap-southeast-1 (1234567890123456)" in plan.out
    assert "Imported in          cn-hangzhou, as an image that is deleted when the copy is there" in plan.out
    assert "until its end the same in cn-hangzhou, and the copy's traffic between the regions" in plan.out
    document = fits(restore(restores, export, "--plan", "--region", FAR, "--output", "json"), "restore-plan")
    assert (document["RegionId"], document["ImportRegionId"]) == (FAR, REGION)


def test_a_region_that_the_policy_does_not_have_is_1_with_what_to_do(restores: Restores, export: str) -> None:
    for more in ("--plan",), ():
        answer = restore(restores, export, "--region", "cn-beijing", *more)
        assert (answer.code, "Forbidden.Policy" in answer.out + answer.said) == (1, True)
        assert "Add a destination in cn-beijing to policy.yaml" in answer.out + answer.said
    assert restore(restores, export, "--region", "Nowhere", "--plan").code == 1


# Asked for


def test_a_restore_is_asked_for_listed_shown_and_completed(restores: Restores, export: str) -> None:
    said = restore(restores, export, "--name", "web-back", "--client-token", "back")
    assert said.code == 0
    assert said.out.startswith(f"✓ {export}: res-")
    again = restore(restores, export, "--name", "web-back", "--client-token", "back")
    assert again.out.split()[2] == said.out.split()[2]
    name = said.out.split()[2]

    listed = fits(restore(restores, "list", "--image-name", "web-b*", "--output", "json"), "restores")
    assert [one["RestoreId"] for one in listed["Restores"]] == [name]
    table = restore(restores, "list", "--image-name", "web-b*", terminal=True)
    assert [line for line in table.lines if len(line.rstrip()) > 80] == []

    shown = fits(restore(restores, "show", name, "--output", "json"), "shown-restore")
    assert (shown["Restore"]["Status"], shown["Restore"]["Progress"]) == ("Importing", "0%")
    assert [one["Command"] for one in shown["Next"]][1:] == [
        f"image-export restore show {name}",
        f"image-export restore cancel {name}",
    ]
    assert restores.follow(name).status == "Completed"
    head = restore(restores, "show", name)
    assert (head.code, "Status               Completed" in head.out) == (0, True)
    assert "Start an instance of it" in head.out
    gone = restore(restores, "cancel", name, "--yes")
    assert (gone.code, "it had ended before: Completed: m-" in gone.out) == (1, True)
    assert [one["ImageName"] for one in restores.made(name)] == ["web-back"]


def test_the_same_token_with_another_name_is_refused_with_1(restores: Restores, export: str) -> None:
    restore(restores, export, "--name", "one-name", "--client-token", "names")
    answer = restore(restores, export, "--name", "another-name", "--client-token", "names")
    assert (answer.code, "IdempotentParameterMismatch" in answer.out) == (1, True)


def test_waiting_tells_each_change_and_ends_with_what_came_of_it(
    restores: Restores, export: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tick(_seconds: float) -> None:
        restores.emulator.advance(300)
        restores.emulator.tick()

    monkeypatch.setattr("image_export_cli.following.one.looks", partial(looks, sleep=tick))
    answer = restore(restores, export, "--name", "waited-for", "--wait")
    assert answer.code == 0
    assert "Completed: m-" in answer.out
    changes = [line for line in answer.said.splitlines() if "  res-" in line]
    assert "Importing" in changes[0]
    assert changes[-1].partition("Completed: ")[2].split()[1] == "waited-for"


@pytest.mark.parametrize("what", ["m-bp1readme", "exp-1", "oss://b", "res-aaaaaaaaaaaaaaaa", "https://x/y"])
def test_what_is_neither_an_export_nor_a_manifest_is_2_and_asks_nobody(restores: Restores, what: str) -> None:
    answer = restore(restores, what)
    assert (answer.code, "is no export and no manifest" in answer.said) == (2, True)


def test_what_there_is_not_is_1(restores: Restores) -> None:
    answer = restore(restores, f"oss://{BUCKET}/nothing.manifest.json")
    assert (answer.code, "ManifestNotFound" in answer.out) == (1, True)
    assert restore(restores, "show", NOBODY).code == 1
    missing = restore(restores, "cancel", NOBODY, "--yes")
    assert (missing.code, "RestoreNotFound" in missing.out) == (1, True)


# Called off


def test_a_restore_is_called_off_after_a_question_and_leaves_nothing(restores: Restores, export: str) -> None:
    name = begun(restores, export, "--name", "not-wanted")
    asked = restore(restores, "cancel", name)
    assert (asked.code, "Nobody is there to be asked: add --yes." in asked.said) == (2, True)
    answer = restore(restores, "cancel", name, "--yes")
    assert (answer.code, answer.out) == (0, f"✓ {name}: Importing: Cancelling\n")
    assert restores.follow(name).status == "Cancelled"
    assert restores.made(name) == []
    assert restore(restores, "cancel", name, "--yes").code == 0


# --print-command


def sent(restores: Restores, line: str, request: Any, **more: str) -> Any:
    """What the cloud answers to a printed line: its words, as a shell takes them, are the parameters."""
    tool, product, action, *words = shlex.split(line)
    assert (tool, product, action) == ("aliyun", "ecs", request.get_action_name())
    given = dict(word.removeprefix("--").split("=", 1) for word in words if word != "--force")
    emulator = restores.emulator
    keys = Credentials(emulator.access_key_id, emulator.access_key_secret)
    rpc = Rpc(lambda: keys, Addresses(emulator.endpoint), lambda: 60.0)
    return rpc.call(filled(request, **{**given, **more}), f"ecs.{REGION}.aliyuncs.com")


def test_a_printed_command_makes_the_image_without_us(restores: Restores, export: str) -> None:
    answer = restore(restores, export, "--print-command", "--name", "by-hand")
    assert answer.code == 0
    assert len([line for line in answer.lines if not line.startswith("#")]) == 1
    image_id = sent(restores, answer.lines[0], ImportImageRequest())["ImageId"]
    restores.emulator.advance(3600)
    modify = answer.lines[-1].removeprefix("# ")
    sent(restores, modify, ModifyImageAttributeRequest(), ImageId=image_id)
    made = restores.image(image_id)
    assert (made["Description"], made["BootMode"], made["ImageFamily"]) == (
        GOLDEN["Description"],
        "UEFI-Preferred",
        "web",
    )
    assert "imageexport:restore" not in str(made.get("Tags"))


def test_printed_for_another_region_the_commands_make_the_copy_without_us(restores: Restores, export: str) -> None:
    answer = restore(restores, export, "--print-command", "--name", "far-by-hand", "--region", FAR)
    copy, modify = (one.removeprefix("# ") for one in answer.lines[-3::2])
    imported = sent(restores, answer.lines[0], ImportImageRequest())["ImageId"]
    restores.emulator.advance(3600)
    copied = sent(restores, copy, CopyImageRequest(), ImageId=imported)["ImageId"]
    restores.emulator.advance(3600)
    sent(restores, modify, ModifyImageAttributeRequest(), ImageId=copied)
    made = restores.image(copied)
    assert (made["RegionId"], made["ImageName"]) == (FAR, "far-by-hand")
    assert (made["BootMode"], made["ImageFamily"]) == ("UEFI-Preferred", "web")


def test_a_manifest_that_is_a_file_needs_neither_keys_nor_a_deployment(restores: Restores, tmp_path: Path) -> None:
    address = restores.exported(**GOLDEN)["Manifest"]
    file = tmp_path / "web.manifest.json"
    wanted = oss.GetObjectRequest(bucket=BUCKET, key=address.removeprefix(f"oss://{BUCKET}/"))
    file.write_bytes(bucket_client(restores.emulator).get_object(wanted).body.content)
    ran = run_here(main, ["restore", str(file), "--print-command", "--unpack", "never"], {})
    assert (ran.returncode, len([line for line in ran.stdout.splitlines() if line[:1] != "#"])) == (0, 1)
    assert "--ImageName=golden-web-restored-by-hand" in ran.stdout
    assert "ossutil" not in ran.stdout
    nothing = run_here(main, ["restore", str(tmp_path / "nothing"), "--print-command"], {})
    assert (nothing.returncode, "and no file: No such file" in nothing.stderr) == (2, True)


def test_a_rejected_restore_is_listed_with_what_else_was_rejected_and_can_be_retried(restores: Restores) -> None:
    wrong = restore(restores, f"oss://{BUCKET}/not-there-yet.manifest.json")
    assert (wrong.code, "ManifestNotFound" in wrong.out) == (1, True)
    environ = environment(restores.world)
    events = ["events", "list", "--deployment", str(ROOT / "s.yaml"), "--output", "json"]
    listed = json.loads(run_here(main, events, environ).stdout)["Events"]
    (name,) = [one["Name"] for one in listed if "not-there-yet" in one["Error"]["Message"]]
    source = restores.exported(**GOLDEN)["Manifest"].removeprefix(f"oss://{BUCKET}/")
    client = bucket_client(restores.emulator)
    body = client.get_object(oss.GetObjectRequest(bucket=BUCKET, key=source)).body.content
    client.put_object(oss.PutObjectRequest(bucket=BUCKET, key="not-there-yet.manifest.json", body=body))
    again = run_here(main, ["events", "retry", name, "--deployment", str(ROOT / "s.yaml")], environ)
    assert (again.returncode, " is Importing; `image-export restore show res-" in again.stdout) == (0, True)
