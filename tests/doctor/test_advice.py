"""What the doctor advises is what mends it: policy, shell, address or keys, whichever is at fault."""

from typing import Any, cast

import pytest
from alibabacloud_oss_v2 import exceptions

from image_export.errors import Refused, Unreached
from image_export.values.cause import Cause
from image_export_cli.cloud.account import CloudAccount
from image_export_cli.cloud.buckets import Bucket, _endpoint
from image_export_cli.cloud.regions import doubt, named_in
from image_export_cli.deployment.finding import looking
from image_export_cli.doctor.checks.buckets import _asked

from .deployment import BUCKET, LEDGER, EmulatedDeployment

NOWHERE = "http://127.0.0.1:9"


def test_an_endpoint_that_nobody_serves_is_no_fault_of_the_keys(deployment: EmulatedDeployment) -> None:
    deployment.environ["IMAGE_EXPORT_ENDPOINT"] = NOWHERE
    (found,) = [one for one in deployment.examine() if not one.is_ok]
    assert (found.subject, found.status) == ("your keys", "unknown")
    assert f"IMAGE_EXPORT_ENDPOINT, which is {NOWHERE}" in str(found.recommend)
    assert "keys of a user" not in str(found.recommend)


@pytest.mark.parametrize(("fault", "said"), [(Refused, "right to look"), (Unreached, "reaches the host")])
def test_who_is_not_answered_lacks_no_right(fault: Any, said: str) -> None:
    def look() -> Any:
        raise fault(Cause(code="Any", message="for some reason"))

    (found,) = looking("subject", look)
    assert (found.status, said in str(found.recommend)) == ("unknown", True)


def test_a_region_that_is_mistyped_in_the_policy_is_doubted_before_the_bucket(deployment: EmulatedDeployment) -> None:
    deployment.change(deployment.policy, "cn-hangzhou: {bucket", "cn-hangzou: {bucket")
    found = next(one for one in deployment.wrong() if one.subject == f"oss://{BUCKET}")
    assert found.message == "Is in cn-hangzhou, and policy.yaml has it in cn-hangzou, where it must be."
    assert found.recommend == (
        "Correct the region in policy.yaml: cn-hangzou is no region that is known here; is it cn-hangzhou?"
    )


def test_a_ledger_in_another_region_is_said_to_be_in_its_own(deployment: EmulatedDeployment) -> None:
    deployment.cloud.oss.buckets[LEDGER].region = "cn-beijing"
    found = next(one for one in deployment.wrong() if one.check == "ledger")
    assert found.message == "Is in cn-beijing, and s.yaml has it in cn-hangzhou, where it must be."


class Elsewhere:
    """A cloud in which a region that is none has no host."""

    region = "cn-hangzhou"

    def bucket(self, region: str, name: str) -> Bucket:
        if region != self.region:
            raise Unreached(Cause(code="Unreached", message=f"{name}.oss-{region}.aliyuncs.com could not be reached."))
        return Bucket(self.region)


def test_a_region_without_a_host_is_asked_for_where_the_functions_are_and_one_that_is_down_is_not() -> None:
    cloud = cast(CloudAccount, Elsewhere())
    assert _asked(cloud, "cn-hangzou", BUCKET) == Bucket("cn-hangzhou")
    with pytest.raises(Unreached):
        _asked(cloud, "cn-beijing", BUCKET)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("oss-cn-beijing.aliyuncs.com", "cn-beijing"),
        ("send all future requests to oss-ap-southeast-1.aliyuncs.com.", "ap-southeast-1"),
        ("cn-hangzhou, the bucket is in cn-shenzhen-finance-1.", "cn-shenzhen-finance-1"),
        ("must be addressed using the specified endpoint", None),
    ],
)
def test_the_region_is_read_from_what_the_refusal_says(text: str, region: str | None) -> None:
    assert named_in(text, but="cn-hangzhou") == region


def test_the_address_that_oss_gives_beside_its_message_is_read() -> None:
    told: dict[str, Any] = dict.fromkeys(("code", "message", "request_id", "ec", "timestamp", "request_target"), "")
    fields = {"Endpoint": "oss-cn-beijing.aliyuncs.com"}
    said = exceptions.ServiceError(status_code=403, error_fileds=fields, **told)
    fault = Refused(Cause(code="AccessDenied", message="must be addressed using the specified endpoint"))
    fault.__cause__ = exceptions.OperationError(name="GetBucketInfo", error=said)
    assert _endpoint(fault) == "oss-cn-beijing.aliyuncs.com"


def test_a_known_region_is_not_doubted_and_one_like_none_is_without_a_guess() -> None:
    assert doubt("ap-southeast-1") is None
    assert doubt("nowhere") == "nowhere is no region that is known here."


def test_a_bad_value_of_the_shell_is_not_looked_for_in_s_yaml(deployment: EmulatedDeployment) -> None:
    deployment.environ["IMAGE_EXPORT_ENDPOINT"] = "emulator"
    found = deployment.wrong()
    assert {one.recommend for one in found} == {
        "Correct or unset IMAGE_EXPORT_ENDPOINT in your shell, from which s.yaml takes it."
    }


def test_a_bad_value_of_s_yaml_is(deployment: EmulatedDeployment) -> None:
    deployment.change(deployment.file, "httpAuth: bearer", "httpAuth: nobody")
    assert deployment.only_wrong().recommend == "Correct environmentVariables in s.yaml and deploy again."


def test_a_role_by_another_name_is_not_said_to_be_in_the_template(deployment: EmulatedDeployment) -> None:
    deployment.change(deployment.policy, "role/image-export", "role/exporter")
    rights = [one for one in deployment.wrong() if "May not sts:AssumeRole" in one.message]
    assert len(rights) == 4
    assert all("roles named image-export and no others" in str(one.recommend) for one in rights)
