"""What OSS refuses, by its SDK and by hand with either version of its signature."""

import dataclasses
import hashlib
from datetime import datetime, timezone
from email.utils import formatdate
from typing import Any

import alibabacloud_oss_v2 as oss
import pytest
import requests

from alicloud_emulator.errors import ApiError
from alicloud_emulator.signatures import oss as v4
from alicloud_emulator.signatures import oss_v1 as v1
from tests.emulator.test_oss import BUCKET, code_of, get, put
from tests.emulator.test_wire import oss_code, oss_request
from tests.emulator.world import World
from tests.patience import HANGS_S

DAY = "%Y%m%d"


def by_v1(world: World, method: str = "PUT", key: str = "k", body: bytes = b"x", **more: str) -> tuple[int, str]:
    """Status and text of a request signed with version 1; `more` are headers."""
    mine = world.administrator
    headers = {"date": formatdate(usegmt=True), "content-type": "text/plain", **more}
    text = v1.string_to_sign(method, v1.resource({"bucket": BUCKET, "key": key}), headers)
    headers["authorization"] = f"OSS {mine.access_key_id}:{v1.sign(mine.secret, text)}"
    answer = requests.request(method, f"{world.endpoint}/{BUCKET}/{key}", data=body, headers=headers, timeout=HANGS_S)
    return answer.status_code, answer.text


def test_version_1_is_believed(world: World) -> None:
    assert by_v1(world) == (200, "")
    assert by_v1(world, "GET", body=b"") == (200, "x")


def test_version_1_refuses_strangers_wrong_secrets_and_old_requests(world: World) -> None:
    right = world.administrator
    for changed, wanted in (
        (dataclasses.replace(right, secret="wrong"), "SignatureDoesNotMatch"),
        (dataclasses.replace(right, access_key_id="LTAI5tNobody"), "InvalidAccessKeyId"),
    ):
        world.administrator = changed
        status, text = by_v1(world)
        assert (status, f"<Code>{wanted}</Code>" in text) == (403, True)
    world.administrator = right
    for date, wanted in (("today", "AccessDenied"), (formatdate(1e9, usegmt=True), "RequestTimeTooSkewed")):
        status, text = by_v1(world, date=date)
        assert (status, f"<Code>{wanted}</Code>" in text) == (403, True)


@pytest.mark.parametrize(
    ("scope", "stamp", "wanted"),
    [
        ("{day}/cn-hangzhou/oss/aliyun_v3_request", None, (400, "InvalidArgument")),
        ("{day}/cn-hangzhou/ecs/aliyun_v4_request", None, (400, "InvalidArgument")),
        ("{day}/cn-hangzhou/oss", None, (400, "InvalidArgument")),
        ("20200101/cn-hangzhou/oss/aliyun_v4_request", None, (400, "InvalidArgument")),
        ("{day}/cn-hangzhou/oss/aliyun_v4_request", "today", (403, "AccessDenied")),
    ],
)
def test_version_4_refuses_a_scope_or_a_time_that_is_none(
    world: World, scope: str, stamp: str | None, wanted: tuple[int, str]
) -> None:
    """Each is signed as if it were right, so that the signature is not what is wrong."""
    now = datetime.now(timezone.utc)
    stamp, scope = stamp or now.strftime("%Y%m%dT%H%M%SZ"), scope.format(day=now.strftime(DAY))
    day, mine = scope.split("/")[0], world.administrator
    canonical = f"PUT\n/{BUCKET}/k\n\nx-oss-content-sha256:UNSIGNED-PAYLOAD\nx-oss-date:{stamp}\n\n\nUNSIGNED-PAYLOAD"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    signed = v4.sign(
        mine.secret, day, "cn-hangzhou", f"OSS4-HMAC-SHA256\n{stamp}\n{day}/cn-hangzhou/oss/aliyun_v4_request\n{digest}"
    )
    request = oss_request(world)
    request.full_url, request.headers = (
        f"{world.endpoint}/{BUCKET}/k",
        {
            "X-oss-date": stamp,
            "X-oss-content-sha256": "UNSIGNED-PAYLOAD",
            "Authorization": f"OSS4-HMAC-SHA256 Credential={mine.access_key_id}/{scope},Signature={signed}",
        },
    )
    assert oss_code(request) == wanted


def versioned(status: str | None) -> oss.PutBucketVersioningRequest:
    return oss.PutBucketVersioningRequest(
        bucket=BUCKET, versioning_configuration=oss.VersioningConfiguration(status=status)
    )


def encrypted(algorithm: str) -> oss.PutBucketEncryptionRequest:
    by_default = oss.ApplyServerSideEncryptionByDefault(sse_algorithm=algorithm)
    rule = oss.ServerSideEncryptionRule(apply_server_side_encryption_by_default=by_default)
    return oss.PutBucketEncryptionRequest(bucket=BUCKET, server_side_encryption_rule=rule)


def made(name: str, storage_class: str = "Standard") -> oss.PutBucketRequest:
    configuration = oss.CreateBucketConfiguration(storage_class=storage_class)
    return oss.PutBucketRequest(bucket=name, create_bucket_configuration=configuration)


def listed(**more: Any) -> oss.ListObjectsV2Request:
    return oss.ListObjectsV2Request(bucket=BUCKET, **more)


def test_malformed_requests_are_refused(world: World) -> None:
    client = world.oss()
    assert code_of(lambda: client.put_bucket_versioning(versioned("Perhaps"))) == (400, "MalformedXML")
    assert code_of(lambda: client.put_bucket_encryption(encrypted("ROT13"))) == (400, "MalformedXML")
    assert code_of(lambda: client.put_bucket(made("new-bucket", "Attic"))) == (400, "InvalidArgument")
    with pytest.raises(ApiError, match="InvalidBucketName"):  # the client would not send it
        world.cloud.oss.create_bucket("ab-", region="cn-hangzhou")
    assert code_of(lambda: client.list_objects_v2(listed(continuation_token="A"))) == (400, "InvalidArgument")
    assert code_of(lambda: client.list_objects(oss.ListObjectsRequest(bucket=BUCKET))) == (501, "NotImplemented")


def test_an_object_must_be_well_named_and_be_what_its_digest_says(world: World) -> None:
    client = world.oss()
    assert code_of(lambda: put(client, "k" * 1024)) == (400, "InvalidObjectName")
    assert code_of(lambda: put(client, "/k")) == (400, "InvalidObjectName")
    assert code_of(lambda: put(client, "k", content_md5="AAAAAAAAAAAAAAAAAAAAAA==")) == (400, "InvalidDigest")


def test_a_range_that_starts_past_the_end_is_refused_on_request(world: World) -> None:
    client = world.oss()
    put(client, "key", b"0123456789")
    past = {"range_header": "bytes=50-60", "range_behavior": "standard"}
    assert code_of(lambda: get(client, "key", **past)) == (416, "InvalidRange")
