"""`plan`: what a night would do with a policy file and the images of now, told as it comes, and nothing is changed."""

import json
import os
from subprocess import CompletedProcess
from typing import Any

import jsonschema_rs
import pytest

from image_export_cli.main import main
from tests.commands import ROOT, run_here
from tests.doctor.deployment import ACCOUNT, BUCKET, EmulatedDeployment
from tests.doctor.test_other_accounts import OTHER, ROLE, THEIRS, give
from tests.doctor.test_roles import a_trust

RULES = 'rules:\n  - {name: all, when: [nightly], match: {name: "golden-*"}, format: raw}\n'


def run(
    deployment: EmulatedDeployment, *arguments: str, terminal: bool = False, **environ: str
) -> CompletedProcess[str]:
    """What `plan` does with these arguments."""
    given = {"PATH": os.environ["PATH"], **deployment.environ, **environ}
    return run_here(main, ["plan", "--deployment", str(deployment.file), *arguments], given, terminal=terminal)


def answered(deployment: EmulatedDeployment, *arguments: str, code: int = 1) -> Any:
    """Its answer as JSON, which fits its schema."""
    done = run(deployment, *arguments, "--output", "json")
    assert done.returncode == code, done.stdout + done.stderr
    answer = json.loads(done.stdout)
    jsonschema_rs.validate(json.loads((ROOT / "schemas" / "plan.json").read_text()), answer)
    return answer


def create(deployment: EmulatedDeployment, name: str, **fields: Any) -> str:
    """The id of a new image of 40 GiB."""
    made = {"RegionId": "cn-hangzhou", "ImageName": name, "Status": "Available", **fields}
    return str(deployment.world.create_image(**made)["ImageId"])


def policy_file(deployment: EmulatedDeployment, rules: str = RULES, **changes: str) -> str:
    """The deployed policy with other rules."""
    head, _, rest = deployment.policy.read_text().partition("rules:\n")
    text = head + rules + "notify:" + rest.partition("notify:")[2]
    for old, new in changes.items():
        text = text.replace(old, new)
    file = deployment.file.with_name("other.yaml")
    file.write_text(text)
    return str(file)


def rows(answer: Any) -> dict[str, Any]:
    """The rows by the names of their images."""
    return {one["ImageName"]: one for one in answer["Images"]}


def test_every_image_has_a_row_with_rule_destination_and_size_or_the_reason(
    deployment: EmulatedDeployment, images: dict[str, str]
) -> None:
    answer = answered(deployment)
    found = rows(answer)
    wanted = found["golden-web"]
    assert (wanted["Wanted"], wanted["Rule"], wanted["Account"], wanted["ImageId"]) == (
        True,
        "golden",
        "prod",
        images["golden-web"],
    )
    assert wanted["Target"] == {"OSSBucket": BUCKET, "Prefix": "nightly", "ImageFormat": "raw"}
    assert (found["scratch"]["Wanted"], found["scratch"]["Target"]) == (False, None)
    assert "no rule for nightly matches" in found["scratch"]["Reason"]
    total = sum(one["SizeGib"] for one in answer["Images"] if one["Wanted"])
    assert (answer["Wanted"], answer["SizeGib"]) == (sum(one["Wanted"] for one in answer["Images"]), total)
    assert total > 0


@pytest.mark.usefixtures("images")
def test_nothing_is_changed_and_nothing_but_reads_is_asked(deployment: EmulatedDeployment) -> None:
    run(deployment)
    asked = {call["action"] for call in deployment.world.get("calls")["calls"]}
    assert asked <= {"GetCallerIdentity", "DescribeImages", "GetObject", "ListObjects", "ListObjectsV2", "GetBucket"}, (
        asked
    )


@pytest.mark.usefixtures("images")
def test_it_ends_with_0_where_nothing_would_start_with_1_where_something_would_and_with_2_for_a_wrong_policy(
    deployment: EmulatedDeployment,
) -> None:
    nothing = policy_file(deployment, 'rules:\n  - {name: none, when: [nightly], match: {name: "nobody"}}\n')
    done = run(deployment, "--policy", nothing)
    assert (done.returncode, done.stdout.splitlines()[-1].startswith("Nothing would start, of ")) == (0, True)
    assert run(deployment).returncode == 1
    wrong = run(deployment, "--policy", policy_file(deployment, "rules:\n  - {nam: a}\n"))
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "fault: policy.rules[0].nam: unknown key, did you mean name?" in wrong.stderr
    for option, given in (("--account", "nobody"), ("--rule", "none"), ("--region", "cn-nowhere")):
        missing = run(deployment, option, given)
        assert (missing.returncode, missing.stdout) == (2, "")
        assert f"There is no {option[2:]} {given} in policy.yaml; it has: " in missing.stderr


@pytest.mark.usefixtures("images")
def test_a_policy_that_mends_a_deployed_one_is_planned_with_and_alone_cannot_be_compared(
    deployment: EmulatedDeployment,
) -> None:
    mended = policy_file(deployment)
    deployment.change(deployment.policy, "version: 1", "version: 1\ncolour: red")
    done = run(deployment, "--policy", mended, NO_COLOR="1")
    assert (done.returncode, "2 exports would start, 80 GiB:" in done.stdout) == (1, True), done.stderr
    assert done.stderr.startswith("The deployed policy cannot be used, so this goes on without it: policy.yaml: Policy")
    for arguments in ((), ("--policy", mended, "--diff")):
        refused = run(deployment, *arguments)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "✗ policy: policy.yaml: PolicyInvalid: line 4: policy.colour: unknown key" in refused.stderr


def test_what_is_exported_already_says_so_and_names_its_export(
    deployment: EmulatedDeployment, images: dict[str, str]
) -> None:
    asked = {"ImageId": images["golden-web"], "OSSBucket": BUCKET}
    (export,) = deployment.world.post("invoke/image-export-event", asked)["Exports"]
    row = rows(answered(deployment))["golden-web"]
    assert (row["Wanted"], row["ExportId"]) == (False, export["ExportId"])
    assert row["Reason"] == f"already exported as raw to {BUCKET}, or on its way"


@pytest.mark.usefixtures("images")
def test_filters_choose_rows_and_what_is_counted(deployment: EmulatedDeployment) -> None:
    by_name = answered(deployment, "--image-name", "golden-w*")
    assert (list(rows(by_name)), by_name["Wanted"]) == (["golden-web"], 1)
    elsewhere = answered(deployment, "--region", "ap-southeast-1", code=0)
    assert (elsewhere["Images"], [one["RegionId"] for one in elsewhere["Places"]]) == ([], ["ap-southeast-1"])
    assert set(rows(answered(deployment, "--rule", "golden", "--account", "prod"))) >= {"golden-web", "golden-db"}
    assert all(one["Wanted"] for one in answered(deployment, "--wanted", "--account", ACCOUNT)["Images"])


def test_a_limit_takes_the_oldest_of_all_pages_and_the_rest_is_left_over(deployment: EmulatedDeployment) -> None:
    for number in range(230):
        create(deployment, f"many-{number:03d}", CreationTime=f"2026-10-{1 + number % 28:02d}T00:{number % 60:02d}:00Z")
    oldest = create(deployment, "many-oldest", CreationTime="2026-01-01T00:00:00Z")
    limit = 'rules:\n  - {name: few, when: [nightly], match: {name: "many-*"}, max_per_run: 3}\n'
    answer = answered(deployment, "--policy", policy_file(deployment, limit), "--image-name", "many-*")
    taken = [one for one in answer["Images"] if one["Wanted"]]
    assert (len(answer["Images"]), len({one["ImageId"] for one in answer["Images"]}), len(taken)) == (231, 231, 3)
    assert oldest in [one["ImageId"] for one in taken]
    left = [one for one in answer["Images"] if one["LeftOver"]]
    assert (len(left), left[0]["Reason"]) == (228, "rule few wants at most 3 in one run, and others go first")


@pytest.mark.usefixtures("images")
def test_a_difference_is_a_row_and_what_is_the_same_is_counted(deployment: EmulatedDeployment) -> None:
    assert answered(deployment, "--diff")["Images"] == []
    new = 'rules:\n  - {name: all, when: [nightly], match: {name: "*"}}\n'
    answer = answered(deployment, "--diff", "--policy", policy_file(deployment, new), "--image-name", "[gs]*")
    assert [(one["ImageName"], one["Change"], one["Was"]) for one in answer["Images"]] == [("scratch", "new", None)]
    assert answer["Changes"] == {"New": 1, "Gone": 0, "Other": 0, "Same": 2}
    gone = 'rules:\n  - {name: db, when: [nightly], match: {name: "golden-db"}}\n'
    moved = policy_file(deployment, gone, **{"prefix: nightly": "prefix: weekly"})
    found = rows(answered(deployment, "--diff", "--policy", moved))
    assert (found["golden-web"]["Change"], found["golden-web"]["Target"]) == ("gone", None)
    assert (found["golden-db"]["Change"], found["golden-db"]["Was"]["Prefix"]) == ("other", "nightly")
    assert found["golden-db"]["Target"]["Prefix"] == "weekly"


def test_an_image_that_has_been_exported_is_newly_wanted_in_another_bucket(
    deployment: EmulatedDeployment, images: dict[str, str]
) -> None:
    asked = {"ImageId": images["golden-web"], "OSSBucket": BUCKET}
    deployment.world.post("invoke/image-export-event", asked)
    other = policy_file(deployment, **{BUCKET: "acme-images-elsewhere"})
    row = rows(answered(deployment, "--diff", "--policy", other))["golden-web"]
    assert (row["Change"], row["Wanted"], row["Was"]["OSSBucket"]) == ("other", True, BUCKET)


def test_a_further_account_is_read_through_its_role(far: EmulatedDeployment) -> None:
    create(far, "golden-far", ImageOwnerId=OTHER)
    row = rows(answered(far))["golden-far"]
    assert (row["Account"], row["Wanted"], row["Target"]["OSSBucket"]) == ("other", True, THEIRS)


def test_an_account_that_lets_nobody_in_is_said_with_what_is_missing_and_the_others_go_on(
    far: EmulatedDeployment,
) -> None:
    create(far, "golden-web")
    give(far, trust=a_trust({"RAM": [f"acs:ram::{ACCOUNT}:role/image-export-event"]}))
    far.world.post(
        "ram",
        {
            "roles": {
                "deployer": {
                    "trust": a_trust({"RAM": [f"acs:ram::{ACCOUNT}:root"]}),
                    "policies": ["System:AdministratorAccess"],
                }
            }
        },
    )
    far.become("deployer")
    done = run(far)
    assert (done.returncode, "golden-web" in done.stdout) == (3, True)
    assert "? other cn-hangzhou could not be read: NoPermission: " in done.stderr
    person = f"acs:ram::{ACCOUNT}:role/deployer"
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"RAM": [person]}}
    assert f"Its trust policy needs the statement {json.dumps(statement)}" in done.stderr
    assert f"{person} needs the right sts:AssumeRole on {ROLE}." in done.stderr
    faults = [one["Fault"] for one in answered(far, code=3)["Places"] if one["Fault"]]
    assert len(faults) == 1


@pytest.mark.usefixtures("images")
def test_for_new_images_the_rules_for_them_decide(deployment: EmulatedDeployment) -> None:
    night = "rules:\n  - {name: n, when: [nightly], match: {name: scratch}}\n"
    night += "  - {name: c, when: [image-created], match: {name: golden-db}}\n"
    answer = answered(deployment, "--policy", policy_file(deployment, night), "--when", "image-created")
    assert [one["ImageName"] for one in answer["Images"] if one["Wanted"]] == ["golden-db"]


def test_a_format_that_does_not_come_back_is_said_once_for_its_rule_and_in_no_row(
    deployment: EmulatedDeployment,
) -> None:
    why = "ECS does not import vdi; choose qcow2 or raw for what is to be restored"
    for number in range(2):
        create(deployment, f"golden-{number}", RegionId="ap-southeast-1")
    vdi = policy_file(deployment, RULES.replace("format: raw", "format: vdi"))
    assert rows(answered(deployment, "--policy", vdi))["golden-1"]["Warning"] is None
    assert run(deployment, "--policy", vdi).stderr.count(why) == 1
    deployment.change(deployment.policy, "format: raw", "format: vdi")
    done = run(deployment)
    assert (done.stderr, why in done.stdout) == (f"Rule golden: {why}.\n", False)
    assert run(deployment, "--rule", "backups").stderr == ""
    assert run(deployment, "--when", "image-created").stderr == f"Rule golden: {why}.\n"


def test_a_format_that_no_region_of_the_policy_makes_is_not_said_to_be_hard_to_restore(
    deployment: EmulatedDeployment,
) -> None:
    deployment.change(deployment.policy, "format: raw", "format: vmdk")
    deployment.change(deployment.policy, "      ap-southeast-1: {bucket: acme-images-singapore}\n", "")
    assert run(deployment).stderr == ""


def test_a_table_is_whole_lines_in_a_pipe_and_ends_with_what_would_start(
    deployment: EmulatedDeployment, images: dict[str, str]
) -> None:
    done = run(deployment, "--image-name", "golden-w*", NO_COLOR="1")
    image = f"golden-web {images['golden-web']}"
    assert done.stdout.splitlines() == [
        f"{'IMAGE':{len(image)}}  WHERE             GIB  PLAN",
        f"{image}  prod cn-hangzhou   40  raw to oss://{BUCKET}/nightly, by rule golden",
        "1 export would start, 40 GiB:",
        "  prod cn-hangzhou: 1, 40 GiB, how long is not known: no export has ended there yet",
    ]


def test_on_80_columns_each_image_takes_two_lines_at_most_with_its_id_its_rule_and_its_bucket(
    deployment: EmulatedDeployment, images: dict[str, str]
) -> None:
    deployment.change(deployment.policy, "notify:\n", extra_rules(4) + "notify:\n")
    for name in ("golden-" + "long-" * 20, "scratch-" + "long-" * 20):
        create(deployment, name)
    done = run(deployment, "--region", "cn-hangzhou", terminal=True, COLUMNS="80", NO_COLOR="1")
    table = done.stdout.partition("exports would start")[0].splitlines()[1:-1]
    assert (len(table), max(map(len, done.stdout.splitlines())) <= 80) == (10, True), done.stdout
    said = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert f"{images['golden-web']} acme-images-hangzhou/nightly" in said
    assert any(one.startswith("golden-web prod cn-hangzhou 40 golden: raw to") for one in said)
    assert any(one.startswith("scratch prod cn-hangzhou 40 no rule: golden wants name") for one in said), done.stdout
    assert sum(one.startswith("m-bp1") for one in said) == 5
    whole = run(deployment, "--region", "cn-hangzhou", COLUMNS="80").stdout
    assert ("…" in whole, "golden-" + "long-" * 20 in whole, "extra-0 wants tag team=0" in whole) == (False, True, True)


def extra_rules(count: int) -> str:
    """So many rules that want tags which no image here has."""
    return "".join(
        f'  - {{name: extra-{number}, when: [nightly], match: {{tags: {{team: "{number}"}}}}}}\n'
        for number in range(count)
    )


def test_how_long_it_takes_follows_from_the_last_exports(
    deployment: EmulatedDeployment, images: dict[str, str]
) -> None:
    asked = {"ImageId": images["golden-web"], "OSSBucket": BUCKET}
    deployment.world.post("invoke/image-export-event", asked)
    deployment.world.advance(3000)
    deployment.world.post("timers/on_watch")
    create(deployment, "golden-later")
    (place,) = [one for one in answered(deployment)["Places"] if one["Wanted"]]
    assert place["Seconds"] > 0
    assert " at most, one after another at the pace of the last ones" in run(deployment).stdout
