"""For each mistake that people make, the doctor names it and says what to do; without one, it finds nothing wrong."""

from typing import Any

import pytest

from alicloud_emulator.ros import Template
from alicloud_emulator.stack import Stacks
from image_export_cli.doctor.examined import Evidence
from tests.flow.rights import shipped

from .deployment import ACCOUNT, BUCKET, LEDGER, ROOT, EmulatedDeployment


def test_nothing_is_wrong_with_what_the_shipped_files_deploy(deployment: EmulatedDeployment) -> None:
    assert deployment.wrong() == []


def test_a_destination_that_is_not_there_is_named_with_the_command_that_makes_it(
    deployment: EmulatedDeployment,
) -> None:
    del deployment.cloud.oss.buckets[BUCKET]
    found = deployment.only_wrong()
    assert (found.subject, found.message) == (f"oss://{BUCKET}", "There is no such bucket; it must be in cn-hangzhou.")
    assert found.exact == f"ossutil mb oss://{BUCKET} --region cn-hangzhou"


def test_a_destination_in_another_region_is_named(deployment: EmulatedDeployment) -> None:
    deployment.cloud.oss.buckets[BUCKET].region = "cn-beijing"
    found = deployment.only_wrong()
    assert found.subject == f"oss://{BUCKET}"
    assert found.message == "Is in cn-beijing, and policy.yaml has it in cn-hangzhou, where it must be."


def test_an_encrypted_destination_is_named(deployment: EmulatedDeployment) -> None:
    deployment.cloud.oss.buckets[BUCKET].encryption = "KMS"
    found = deployment.only_wrong()
    assert (found.subject, found.check) == (f"oss://{BUCKET}", "destinations")
    assert "encrypted with KMS" in found.message
    assert found.exact == f"ossutil api delete-bucket-encryption --bucket {BUCKET}"


@pytest.mark.parametrize("storage_class", ["Archive", "ColdArchive", "DeepColdArchive"])
def test_a_destination_of_an_archive_class_is_named(deployment: EmulatedDeployment, storage_class: str) -> None:
    deployment.cloud.oss.buckets[BUCKET].storage_class = storage_class
    assert storage_class in deployment.only_wrong().message


def test_a_destination_that_is_somebody_elses_is_not_taken_for_good(deployment: EmulatedDeployment) -> None:
    deployment.cloud.oss.buckets[BUCKET].account_id = "6543210987654321"
    found = next(one for one in deployment.said("destinations") if one.subject == f"oss://{BUCKET}")
    assert found.status == "unknown"
    assert "AccessDenied" in found.message


@pytest.mark.parametrize("status", ["Enabled", "Suspended"])
def test_a_ledger_that_was_ever_versioned_is_named(deployment: EmulatedDeployment, status: str) -> None:
    deployment.cloud.oss.buckets[LEDGER].versioning = status
    found = deployment.only_wrong()
    assert (found.check, found.subject) == ("ledger", f"oss://{LEDGER}")
    assert "LedgerVersioned" in found.message
    assert "never enabled" in str(found.recommend)


@pytest.mark.parametrize("storage_class", ["Archive", "ColdArchive", "DeepColdArchive"])
def test_a_ledger_of_an_archive_class_is_named(deployment: EmulatedDeployment, storage_class: str) -> None:
    deployment.cloud.oss.buckets[LEDGER].storage_class = storage_class
    found = deployment.only_wrong()
    assert (found.check, found.subject) == ("ledger", f"oss://{LEDGER}")
    assert storage_class in found.message


def test_a_ledger_that_is_encrypted_with_kms_is_named(deployment: EmulatedDeployment) -> None:
    deployment.cloud.oss.buckets[LEDGER].encryption = "KMS"
    assert "KMS" in deployment.only_wrong().message


@pytest.mark.parametrize("algorithm", ["AES256", None])
def test_a_ledger_that_oss_encrypts_by_itself_is_well(deployment: EmulatedDeployment, algorithm: str | None) -> None:
    deployment.cloud.oss.buckets[LEDGER].encryption = algorithm
    assert [finding.status for finding in deployment.said("ledger")] == ["ok"]


ARCHIVE = [{"Days": 30, "StorageClass": "Archive"}]


@pytest.mark.parametrize(
    "rule",
    [
        {"Prefix": "", "Transition": ARCHIVE},
        {"Prefix": "ledger/", "Transition": ARCHIVE},
        {"Prefix": "ledger/exports/", "Transition": [{"Days": 9, "StorageClass": "IA"}, *ARCHIVE]},
        {"Prefix": "led", "Transition": ARCHIVE},
        {"Prefix": "ledger/", "Expiration": {"Days": 90}},
        {"Expiration": {"Days": 90}},
    ],
)
def test_a_lifecycle_rule_that_takes_facts_away_is_named(deployment: EmulatedDeployment, rule: dict[str, Any]) -> None:
    deployment.cloud.oss.buckets[LEDGER].lifecycle.append({"ID": "tidy", "Status": "Enabled", **rule})
    found = deployment.only_wrong()
    assert (found.check, "'tidy'" in found.message) == ("ledger", True)


@pytest.mark.parametrize(
    "rule",
    [
        {"Prefix": "ledger/rejected/", "Transition": ARCHIVE, "Status": "Enabled"},
        {"Prefix": "other/", "Transition": ARCHIVE, "Status": "Enabled"},
        {"Prefix": "ledger/", "Transition": ARCHIVE, "Status": "Disabled"},
        {"Prefix": "ledger/", "Transition": [{"Days": 30, "StorageClass": "IA"}], "Status": "Enabled"},
    ],
)
def test_a_lifecycle_rule_that_leaves_facts_readable_is_well(
    deployment: EmulatedDeployment, rule: dict[str, Any]
) -> None:
    deployment.cloud.oss.buckets[LEDGER].lifecycle.append({"ID": "tidy", **rule})
    assert [finding.status for finding in deployment.said("ledger")] == ["ok"]


def test_a_bus_that_is_not_there_is_named_with_the_command_that_makes_it(deployment: EmulatedDeployment) -> None:
    del deployment.cloud.eventbridge.buses["image-export"]
    found = deployment.only_wrong()
    assert (found.subject, found.message) == ("bus image-export", "There is no such bus in cn-hangzhou.")
    assert found.exact == "aliyun eventbridge CreateEventBus --region cn-hangzhou --EventBusName image-export"


def test_no_event_is_sent_where_none_is_wanted(deployment: EmulatedDeployment) -> None:
    found = [one for one in deployment.examine(Evidence(test_event=False)) if one.check == "notify targets"]
    assert [one.status for one in found if one.subject == "bus image-export"] == ["note"]
    assert deployment.world.get("state")["events"] == []


def test_a_function_to_be_told_that_is_not_there_is_named(deployment: EmulatedDeployment) -> None:
    deployment.change(deployment.policy, "{service: images, function: after-export}", "{function: gone}")
    found = next(one for one in deployment.wrong() if one.check == "notify targets")
    assert "There is no such function in cn-hangzhou" in found.message
    assert "policy.yaml notifies" in str(found.recommend)
    deployment.change(deployment.policy, "{function: gone}", "{function: image-export-http}")
    assert not [one for one in deployment.wrong() if one.check == "notify targets"]


def test_a_test_event_wakes_no_function(deployment: EmulatedDeployment) -> None:
    deployment.examine()
    state = deployment.world.get("state")
    assert [event["event"]["type"] for event in state["events"]] == ["imageexport:Doctor:Test"]
    assert state["invocations"] == []


def test_a_clock_beside_the_clouds_is_named_where_a_signature_was_refused_for_it(
    deployment: EmulatedDeployment,
) -> None:
    deployment.world.advance(3600)
    deployment.world.post(
        "faults", [{"service": "oss", "action": "GetBucketInfo", "kind": "code:RequestTimeTooSkewed"}]
    )
    found = deployment.only_wrong()
    assert found.check == "clock"
    assert "behind the cloud's: every signature of this machine is refused" in found.message


def test_a_cloud_that_takes_signatures_all_the_same_has_a_time_of_its_own(deployment: EmulatedDeployment) -> None:
    deployment.world.advance(3600)
    (found,) = deployment.said("clock")
    assert found.status == "note"
    assert "the cloud takes the signatures of this machine" in found.message
    assert "--speed 1" in str(found.recommend)
    assert deployment.wrong() == []


def test_keys_that_are_not_set_are_named_and_the_files_are_read_all_the_same(deployment: EmulatedDeployment) -> None:
    del deployment.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"]
    found = deployment.examine()
    assert [one.subject for one in found if one.status == "wrong"] == ["your keys"]
    assert [one.subject for one in found if one.check == "files"] == ["s.yaml", "settings", "policy"]


def test_a_wrong_secret_is_named_in_the_clouds_words_and_not_printed(deployment: EmulatedDeployment) -> None:
    deployment.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] = "not-the-secret-of-anyone"
    found = deployment.only_wrong()
    assert found.message.startswith("SignatureDoesNotMatch")
    assert "not-the-secret" not in repr(found)


def test_a_fault_of_the_policy_is_named_with_its_path(deployment: EmulatedDeployment) -> None:
    deployment.change(deployment.policy, "version: 1", "version: 1\ncolour: red")
    assert "policy.colour: unknown key" in deployment.only_wrong().message


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("[image-created, nightly]", None),
        ("[image-created]", "No rule of the policy is for nightly: nights export nothing."),
    ],
)
def test_a_policy_without_a_rule_for_the_night_is_valid_and_said_so(
    deployment: EmulatedDeployment, when: str, said: str | None
) -> None:
    deployment.change(deployment.policy, "when: [nightly]", f"when: {when}")
    deployment.change(deployment.policy, "when: [image-created, nightly]", f"when: {when}")
    deployment.change(deployment.policy, "    max_per_run: 50\n", "")
    (found,) = (one for one in deployment.said("files") if one.subject == "policy")
    assert (found.status, found.recommend) == ("ok", said)


def test_each_doubt_about_a_valid_policy_has_a_line_of_its_own_with_what_to_do(deployment: EmulatedDeployment) -> None:
    deployment.change(deployment.policy, "format: raw", "format: vdi")
    (found,) = (one for one in deployment.said("files") if one.subject == "policy")
    assert str(found.recommend).splitlines() == [
        "rules[0].format: vdi is not offered in cn-hangzhou; exports there are raw.",
        "rules[0].format: ECS does not import vdi; choose qcow2 or raw for what is to be restored.",
    ]


def test_a_policy_that_is_in_oss_is_read_from_there(deployment: EmulatedDeployment) -> None:
    deployment.set_everywhere("IMAGE_EXPORT_POLICY", f"oss://{LEDGER}/policy/policy.yaml")
    assert "PolicyInvalid" in deployment.only_wrong().message
    deployment.put(LEDGER, "policy/policy.yaml", deployment.policy.read_bytes())
    assert [one.status for one in deployment.said("files")] == ["ok", "ok", "ok"]


def test_a_policy_in_oss_that_the_functions_may_not_read_is_named(deployment: EmulatedDeployment) -> None:
    deployment.set_everywhere("IMAGE_EXPORT_POLICY", f"oss://{LEDGER}/policy.yaml")
    deployment.put(LEDGER, "policy.yaml", deployment.policy.read_bytes())
    found = {one.message for one in deployment.wrong()}
    assert f"May not oss:GetObject on acs:oss:*:{ACCOUNT}:{LEDGER}/policy.yaml." in found


def in_oss(deployment: EmulatedDeployment, key: str, template: str = "template.yml") -> None:
    """Deploy with the policy at this key of the ledger's bucket, and with the right to read it there."""
    deployment.set_everywhere("IMAGE_EXPORT_POLICY", f"oss://{LEDGER}/{key}")
    deployment.put(LEDGER, key, deployment.policy.read_bytes())
    for name, function in deployment.cloud.fc.by_name.items():
        environment = {**function.environment, "IMAGE_EXPORT_POLICY": f"oss://{LEDGER}/{key}"}
        deployment.redeploy(name, environment=environment)
    chosen = Template(ROOT / template, account_id=ACCOUNT, region="cn-hangzhou", PolicyObject=f"{LEDGER}/{key}")
    Stacks(deployment.cloud.identity, deployment.cloud.oss, deployment.cloud.ecs.networks).create(chosen)


def test_a_policy_in_oss_with_a_place_and_a_right_of_its_own_is_right(deployment: EmulatedDeployment) -> None:
    in_oss(deployment, "policy/policy.yaml")
    assert deployment.wrong() == []
    (found,) = deployment.said("policy")
    assert found.message == "Is in cn-hangzhou, private, and not in the ledger."


def test_a_policy_in_the_ledger_is_named_since_every_function_could_change_it(deployment: EmulatedDeployment) -> None:
    in_oss(deployment, "ledger/policy.yaml")
    found = deployment.wrong()
    assert {one.check for one in found} == {"policy", "function roles"}
    assert "Lies in the ledger, where every function may write" in " ".join(one.message for one in found)
    assert f"May oss:PutObject on acs:oss:*:{ACCOUNT}:{LEDGER}/ledger/policy.yaml" in found[-1].message


def test_a_ledger_of_another_account_is_named(deployment: EmulatedDeployment) -> None:
    deployment.cloud.oss.buckets[LEDGER].account_id = "6543210987654321"
    found = [one for one in deployment.examine() if one.check == "ledger" and one.status != "ok"]
    assert found


def test_a_role_that_may_remove_what_proves_an_export_is_named(deployment: EmulatedDeployment) -> None:
    wide = {"Effect": "Allow", "Action": ["oss:*"], "Resource": [f"acs:oss:*:*:{LEDGER}/*"]}
    deployment.world.post("ram", {"policies": {"wide": {"Version": "1", "Statement": [wide]}}})
    known = deployment.world.get("ram")["roles"][f"acs:ram::{ACCOUNT}:role/image-export-watch"]["policies"]
    deployment.world.post("ram", {"roles": {"image-export-watch": {"policies": [*known, "wide"]}}})
    found = deployment.only_wrong()
    assert found.subject == "role image-export-watch"
    assert f"oss:DeleteObject on acs:oss:*:{ACCOUNT}:{LEDGER}/ledger/exports/*/claim-0001" in found.message
    assert "which it must not" in found.message


def test_roles_of_an_older_stack_that_may_let_in_callers_over_http_are_named(deployment: EmulatedDeployment) -> None:
    _, document = shipped()["image-export-function"]
    allowed = [statement for statement in document["Statement"] if statement["Effect"] == "Allow"]
    deployment.world.post("ram", {"policies": {"image-export-function": {**document, "Statement": allowed}}})
    found = deployment.wrong()
    assert len(found) == 4
    for one in found:
        assert f"May oss:PutObject on acs:oss:*:{ACCOUNT}:{LEDGER}/ledger/access/*" in one.message
        assert "Update the stack" in str(one.recommend)


def test_settings_that_are_wrong_are_said_once_with_the_functions_that_have_them(
    deployment: EmulatedDeployment,
) -> None:
    deployment.environ["IMAGE_EXPORT_LOG_LEVEL"] = "loud"
    found = deployment.only_wrong()
    functions = "image-export-event, image-export-http, image-export-nightly, image-export-watch"
    assert found.subject.startswith(f"settings of {functions}")
    assert found.message.startswith("IMAGE_EXPORT_LOG_LEVEL is 'loud'; it must be ")
    assert found.message.endswith(".")


def test_whether_export_is_enabled_nobody_can_tell_before_the_first_one(deployment: EmulatedDeployment) -> None:
    (found,) = deployment.said("export enabled")
    assert (found.status, found.subject) == ("note", f"account {ACCOUNT}")
    assert "by ticket" in str(found.recommend)
