"""The clients that are tried, what each is asked, and what each must be refused with. Data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.clients import flows
from tests.clients.environments import node_command, node_environment, python_command
from tests.clients.session import Session

Asking = tuple[str, Mapping[str, Any]]  # a call and its parameters
REFUSALS = (
    "wrong secret",
    "flipped signature",
    "flipped body",
    "stale time",
    "expired token",
    "missing parameter",
    "unknown action",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """How one service's protocol refuses: `usual` is a call that succeeds until something is wrong with it."""

    usual: Asking
    signed: Asking  # the same, so made that the body is covered, where the protocol can cover it
    incomplete: Asking
    role: str  # whose session is used for the expired token
    outcomes: tuple[str, ...]  # in the order of REFUSALS


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A vendor's client in one of its manners."""

    name: str
    flow: Callable[[Session], list[str]]
    refused: Refused
    environment: str
    driver: str
    options: Mapping[str, str] = field(default_factory=dict)

    def command(self) -> list[str]:
        """Its driver's command line; the environment is made if need be."""
        make = node_command if self.driver.endswith(".js") else python_command
        return make(self.environment, self.driver)

    def variables(self) -> Mapping[str, str]:
        """What its driver needs in its environment."""
        return node_environment(self.environment) if self.driver.endswith(".js") else {}


def gateway(usual: Asking, incomplete: Asking, role: str) -> Refused:
    """ECS and STS."""
    mismatch = "400 SignatureDoesNotMatch"
    outcomes = (
        *(mismatch, mismatch, mismatch, "400 InvalidTimeStamp.Expired", "400 InvalidSecurityToken.Expired"),
        *("400 MissingParameter", "404 InvalidAction.NotFound"),
    )
    return Refused(usual=usual, signed=usual, incomplete=incomplete, role=role, outcomes=outcomes)


IMAGES: Asking = ("DescribeImages", {"RegionId": "cn-hangzhou"})
ASSUME: Asking = ("AssumeRole", {"RoleArn": flows.ROLE, "RoleSessionName": "conformance"})
ECS = gateway(IMAGES, ("ExportImage", {"RegionId": "cn-hangzhou", "OSSBucket": flows.BUCKET}), "image-export")
STS = gateway(ASSUME, ("AssumeRole", {"RoleArn": flows.ROLE}), "image-export-watch")

FC_OUTCOMES = (
    *("403 SignatureNotMatch", "403 SignatureNotMatch", "400 InvalidArgument", "403 RequestTimeTooSkewed"),
    *("403 SecurityTokenExpired", "400 PathNotSupported", "400 PathNotSupported"),
)
PROBE: Asking = ("InvokeFunction", {"Function": "probe", "Body": '"abc"'})
FC3 = Refused(
    usual=PROBE,
    signed=PROBE,
    incomplete=("InvokeFunction", {"Body": "{}"}),
    role="image-export-watch",
    outcomes=FC_OUTCOMES,
)
KEPT = {"Service": "images", "Function": "after-export", "Body": '"abc"'}
FC2 = Refused(
    usual=("InvokeFunction", KEPT),
    signed=("InvokeFunction", {**KEPT, "Signed": '"abc"'}),
    incomplete=("InvokeFunction", {"Service": "images", "Body": "{}"}),
    role="image-export-watch",
    outcomes=FC_OUTCOMES,
)

OBJECT = {"Bucket": flows.BUCKET, "Key": "refused", "Body": "abc"}
OSS = Refused(
    usual=("PutObject", OBJECT),
    signed=("PutObject", {**OBJECT, "Signed": "abc"}),
    incomplete=("PutBucketVersioning", {"Bucket": flows.BUCKET}),
    role="image-export",
    outcomes=(
        *("403 SignatureDoesNotMatch", "403 SignatureDoesNotMatch", "400 InvalidDigest", "403 RequestTimeTooSkewed"),
        *("403 SecurityTokenExpired", "400 MalformedXML", "405 MethodNotAllowed"),
    ),
)

EVENT: Asking = ("PutEvents", {"Bus": "image-export", "Id": "e2", "Body": '{"a": "b"}'})
EVENTBRIDGE = Refused(
    usual=EVENT,
    signed=EVENT,
    incomplete=("PutEvents", {"Id": "e2", "Body": "{}"}),
    role="image-export-watch",
    outcomes=(
        *("403 SignatureDoesNotMatch", "403 SignatureDoesNotMatch", "200"),  # nothing of this API covers the body
        *("403 RequestTimeTooSkewed", "403 StsAccessIdExpired", "400 InvalidArgument", "404 InvalidAction.NotFound"),
    ),
)


def python_sdk(method: str, form: str) -> Client:
    """The older SDK in one of its manners."""
    return Client(
        name=f"aliyun-python-sdk-core, -ecs, -sts ({method}, {form})",
        flow=flows.ecs_and_sts,
        refused=ECS,
        environment="python-sdk",
        driver="python_sdk.py",
        options={"method": method, "format": form},
    )


def oss(name: str, environment: str, driver: str, **options: str) -> Client:
    """A client of OSS in one of its manners."""
    return Client(name=name, flow=flows.oss, refused=OSS, environment=environment, driver=driver, options=options)


def newer(name: str, flow: Callable[[Session], list[str]], refused: Refused) -> Client:
    """A newer client of one service, which is called as its API."""
    return Client(name=f"alibabacloud-{name} (ACS3)", flow=flow, refused=refused, environment=name, driver=f"{name}.py")


def pop_core(method: str) -> Client:
    """The older client of Node."""
    return Client(
        name=f"@alicloud/pop-core ({method})",
        flow=flows.ecs_and_sts,
        refused=ECS,
        environment="pop-core",
        driver="pop_core.js",
        options={"method": method},
    )


CLIENTS = (
    newer("ecs20140526", flows.ecs, ECS),
    newer("sts20150401", flows.sts, STS),
    newer("fc20230330", flows.fc3, FC3),
    *(python_sdk(method, form) for method in ("GET", "POST") for form in ("JSON", "XML")),
    Client(name="aliyun-fc2", flow=flows.fc2, refused=FC2, environment="fc2", driver="fc2_client.py"),
    oss("oss2 (V1)", "oss2", "oss2_client.py", signature="V1"),
    oss("oss2 (V4)", "oss2", "oss2_client.py", signature="V4"),
    oss("alibabacloud-oss-v2 (V4, bucket in path)", "oss-v2", "oss_v2.py", style="path"),
    oss("alibabacloud-oss-v2 (V4, bucket in Host)", "oss-v2", "oss_v2.py", style="host"),
    Client(
        name="alibabacloud-eventbridge (data API)",
        flow=flows.eventbridge,
        refused=EVENTBRIDGE,
        environment="eventbridge",
        driver="eventbridge.py",
    ),
    pop_core("GET"),
    pop_core("POST"),
    Client(
        name="@alicloud/ecs20140526 (ACS3)",
        flow=flows.ecs,
        refused=ECS,
        environment="ecs20140526",
        driver="ecs20140526.js",
    ),
    oss("ali-oss (V1)", "ali-oss", "ali_oss.js", signature="V1"),
    oss("ali-oss (V4)", "ali-oss", "ali_oss.js", signature="V4"),
)
