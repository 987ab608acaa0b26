"""A ground file: what it names exists at the start, and what is wrong in it is refused with its place."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from alicloud_emulator.cloud import Cloud, Settings
from alicloud_emulator.ground import lay, read
from alicloud_emulator.section import SettingsError
from tests.emulator.deployment import Deployed, write
from tests.emulator.world import running
from tests.ground import OPEN, ROOT, SHIPPED, of_policy

OTHER = "6543210987654321"
TELLS = "import os\ndef handler(event, context):\n    return os.environ['WHERE']\n"
NAMED: dict[str, Any] = {
    "buckets": [{"name": "far-away", "region": "eu-central-1", "account_id": OTHER, "encryption": "KMS"}],
    "buses": [{"name": "told", "region": "eu-central-1"}],
    "services": [{"service": "other", "function": "sink"}],
    "ram": {
        "policies": {"look": {"Version": "1", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}},
        "roles": {"helper": {"policies": ["look"], "trust": OPEN["ram"]["roles"]["image-export"]["trust"]}},
    },
}


def laid(folder: Path, **ground: Any) -> Cloud:
    """A cloud with the ground that a file names."""
    file = folder / "ground.yaml"
    file.write_text(yaml.safe_dump(ground))
    cloud = Cloud(Settings(ground=read(file)))
    lay(cloud)
    return cloud


def test_what_it_names_exists(tmp_path: Path) -> None:
    cloud = laid(tmp_path, **NAMED)
    bucket = cloud.oss.buckets["far-away"]
    assert (bucket.region, bucket.account_id, bucket.encryption) == ("eu-central-1", OTHER, "KMS")
    assert cloud.eventbridge.buses["told"].region == "eu-central-1"
    assert cloud.fc.services == {"other": {"sink"}}
    role = cloud.identity.role("acs:ram::1234567890123456:role/helper")
    assert role is not None
    assert [policy.name.name for policy in cloud.identity.policies_of(role)] == ["look"]


def test_without_one_there_is_the_default_bus_and_the_roles_that_ecs_uses_oss_with() -> None:
    cloud = Cloud()
    lay(cloud)
    assert (cloud.oss.buckets, [*cloud.eventbridge.buses], cloud.fc.services) == ({}, ["default"], {})
    names = ["AliyunECSImageExportDefaultRole", "AliyunECSImageImportDefaultRole"]
    assert [role.name for role in cloud.identity.roles()] == names


def test_a_template_is_found_from_where_the_file_is(tmp_path: Path) -> None:
    template = {"ROSTemplateFormatVersion": "2015-09-01", "Resources": {"B": BUCKET}}
    (tmp_path / "stack.yml").write_text(yaml.safe_dump(template))
    cloud = laid(tmp_path, stacks=[{"template": "stack.yml", "account_id": OTHER, "region": "cn-beijing"}])
    bucket = cloud.oss.buckets["kept"]
    assert (bucket.account_id, bucket.region) == (OTHER, "cn-beijing")


BUCKET = {"Type": "ALIYUN::OSS::Bucket", "Properties": {"BucketName": "kept"}}


def test_functions_find_its_variables_with_the_emulators_address(tmp_path: Path) -> None:
    functions = write(tmp_path, TELLS, environmentVariables={"WHERE": "${env('WHERE')}/x"})
    with running(Settings(functions=functions, ground={"environment": {"WHERE": "{endpoint}"}})) as world:
        assert Deployed(world.cloud).invoke()[1] == f"{world.endpoint}/x"


@pytest.mark.parametrize(
    ("ground", "said"),
    [
        ({"bucket": []}, "bucket"),
        ({"buckets": [{"region": "cn-hangzhou"}]}, r"buckets\[0\]"),
        ({"buckets": [{"name": "kept", "storage_class": "Warm"}]}, r"buckets\[0\].storage_class: 'Warm' is none of"),
        ({"buckets": [{"name": "NO"}]}, "InvalidBucketName"),
        ({"buses": [{"name": "default"}]}, "EventBusAlreadyExist"),
        ({"environment": {"A": 1}}, "environment.A"),
        ({"ram": {"roles": {"x": {"policies": ["missing"]}}}}, "there is no policy 'missing'"),
        ({"stacks": [{"template": str(ROOT / "template.yml"), "parameters": {"Colour": "red"}}]}, "Parameters.Colour"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, ground: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        laid(tmp_path, **ground)


def test_the_shipped_file_has_all_that_the_shipped_policy_names() -> None:
    policy = yaml.safe_load((ROOT / "functions" / "image-export" / "policy.yaml").read_text())
    named = of_policy(policy)
    assert named["stacks"] == []
    for bucket in named["buckets"]:
        assert bucket.pop("account_id") == "1234567890123456"
    for part in ("buckets", "buses", "services"):
        assert named[part] == SHIPPED[part]
        assert named[part] != []
