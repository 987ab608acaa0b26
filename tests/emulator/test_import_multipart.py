"""Multipart uploads by the OSS SDK: how the large objects come there that are imported."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import alibabacloud_oss_v2 as oss
import pytest

from tests.emulator.test_oss import BUCKET, code_of, get, put
from tests.emulator.world import World

ACCOUNT = "1234567890123456"
KIB = 1024
LARGE, SMALL = bytes(range(256)) * 400, b"the end"  # exactly 100 KiB, and less
KEY = "unpacked/ä b.qcow2"


@pytest.fixture
def client(world: World) -> oss.Client:
    return world.oss()


def begin(client: oss.Client, key: str = KEY, **more: Any) -> str:
    request = oss.InitiateMultipartUploadRequest(bucket=BUCKET, key=key, **more)
    return str(client.initiate_multipart_upload(request).upload_id)


def part(client: oss.Client, upload: str, number: int, body: bytes = LARGE, **more: Any) -> oss.UploadPart:
    request = oss.UploadPartRequest(bucket=BUCKET, key=KEY, upload_id=upload, part_number=number, body=body, **more)
    return oss.UploadPart(part_number=number, etag=client.upload_part(request).etag)


def copy(client: oss.Client, upload: str, number: int, source: str, **more: Any) -> oss.UploadPart:
    named = {"source_bucket": BUCKET, "source_key": source, **more}
    request = oss.UploadPartCopyRequest(bucket=BUCKET, key=KEY, upload_id=upload, part_number=number, **named)
    return oss.UploadPart(part_number=number, etag=client.upload_part_copy(request).etag)


def complete(client: oss.Client, upload: str, *parts: oss.UploadPart, **more: Any) -> Any:
    listed = {"complete_multipart_upload": oss.CompleteMultipartUpload(parts=list(parts))} if parts else {}
    request = oss.CompleteMultipartUploadRequest(bucket=BUCKET, key=KEY, upload_id=upload, **listed, **more)
    return client.complete_multipart_upload(request)


def abort(client: oss.Client, upload: str) -> Any:
    return client.abort_multipart_upload(oss.AbortMultipartUploadRequest(bucket=BUCKET, key=KEY, upload_id=upload))


def parts_of(client: oss.Client, upload: str, **more: Any) -> Any:
    return client.list_parts(oss.ListPartsRequest(bucket=BUCKET, key=KEY, upload_id=upload, **more))


def uploads(client: oss.Client, **more: Any) -> Any:
    return client.list_multipart_uploads(oss.ListMultipartUploadsRequest(bucket=BUCKET, **more))


def test_parts_in_any_order_become_an_object_with_a_check_sum_of_the_whole(world: World, client: oss.Client) -> None:
    upload = begin(client, metadata={"from": "archive"}, content_type="application/x-qcow2")
    last, first = part(client, upload, 7, SMALL), part(client, upload, 2)
    with pytest.raises(oss.exceptions.OperationError):
        get(client, KEY)
    done = complete(client, upload, first, last)
    found = get(client, KEY)
    assert found.body.content == LARGE + SMALL
    assert (done.key, found.etag[-3:], found.object_type) == (KEY, '-2"', "Multipart")
    assert found.hash_crc64 == done.hash_crc64 == put(client, "same", LARGE + SMALL).hash_crc64
    assert (found.metadata["from"], found.content_type) == ("archive", "application/x-qcow2")
    assert world.get("state?only=uploads")["uploads"] == []


def test_a_part_that_is_sent_again_counts_once(client: oss.Client) -> None:
    upload = begin(client)
    part(client, upload, 1)
    again = part(client, upload, 1, SMALL)
    complete(client, upload, again)
    assert get(client, KEY).body.content == SMALL


def test_all_parts_may_be_taken_without_a_list(client: oss.Client) -> None:
    upload = begin(client)
    part(client, upload, 2, SMALL)
    listed = part(client, upload, 1)
    assert code_of(lambda: complete(client, upload, listed, complete_all="yes")) == (400, "InvalidArgument")
    complete(client, upload, complete_all="yes")
    assert get(client, KEY).body.content == LARGE + SMALL


def test_parts_stay_until_the_upload_is_aborted(world: World, client: oss.Client) -> None:
    upload = begin(client)
    part(client, upload, 1)
    (left,) = world.get("state?only=uploads")["uploads"]
    assert left == {"bucket": BUCKET, "key": KEY, "upload_id": upload, "parts": [1], "size": 100 * KIB}
    assert abort(client, upload).status_code == 204
    assert world.get("state?only=uploads")["uploads"] == []
    assert code_of(lambda: abort(client, upload)) == (404, "NoSuchUpload")


def test_an_object_or_a_range_of_it_is_copied_as_a_part(client: oss.Client) -> None:
    put(client, "zeros", bytes(150 * KIB))
    upload = begin(client)
    parts = [
        copy(client, upload, 1, "zeros"),
        copy(client, upload, 2, "zeros", source_range=f"bytes=0-{100 * KIB - 1}"),
        part(client, upload, 3, SMALL),
    ]
    complete(client, upload, *parts)
    assert get(client, KEY).body.content == bytes(250 * KIB) + SMALL


def test_what_cannot_be_copied_is_refused(client: oss.Client) -> None:
    put(client, "one", LARGE)
    put(client, "cold", LARGE, storage_class="Archive")
    upload = begin(client)
    refusals: list[tuple[Callable[[], object], tuple[int, str]]] = [
        (lambda: copy(client, upload, 1, "none"), (404, "NoSuchKey")),
        (lambda: copy(client, upload, 1, "one", source_bucket="nobodys"), (404, "NoSuchBucket")),
        (lambda: copy(client, upload, 1, "one", source_bucket="acme-images-singapore"), (403, "AccessDenied")),
        (lambda: copy(client, upload, 1, "cold"), (403, "InvalidObjectState")),
        (lambda: copy(client, upload, 1, "one", if_match='"0"'), (412, "PreconditionFailed")),
        (lambda: copy(client, "NOUPLOAD", 1, "one"), (404, "NoSuchUpload")),
        (
            lambda: client.copy_object(oss.CopyObjectRequest(bucket=BUCKET, key="k", source_key="one")),
            (501, "NotImplemented"),
        ),
    ]
    for call, refusal in refusals:
        assert code_of(call) == refusal


def test_each_call_needs_a_right_of_its_own(world: World) -> None:
    name = f"acs:oss:oss-cn-hangzhou:{ACCOUNT}:{BUCKET}"
    upload = begin(world.oss())
    put(world.oss(), "one", LARGE)
    refused: list[tuple[Callable[[oss.Client], object], str, str]] = [
        (begin, "oss:PutObject", f"{name}/{KEY}"),
        (lambda client: part(client, upload, 1), "oss:PutObject", f"{name}/{KEY}"),
        (lambda client: complete(client, upload), "oss:PutObject", f"{name}/{KEY}"),
        (lambda client: copy(client, upload, 1, "one"), "oss:PutObject", f"{name}/{KEY}"),
        (lambda client: copy(client, upload, 1, "one"), "oss:GetObject", f"{name}/one"),
        (lambda client: parts_of(client, upload), "oss:ListParts", f"{name}/{KEY}"),
        (uploads, "oss:ListMultipartUploads", name),
        (lambda client: abort(client, upload), "oss:AbortMultipartUpload", f"{name}/{KEY}"),
    ]
    for call, action, resource in refused:
        allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        deny = {"Effect": "Deny", "Action": action, "Resource": resource}
        world.post("ram", {"policies": {"given": {"Version": "1", "Statement": [allow, deny]}}})
        world.post("ram", {"roles": {"image-export": {"policies": ["given"]}}})
        role = f"acs:ram::{ACCOUNT}:role/image-export"
        ends = world.cloud.clock.now() + timedelta(hours=1)
        client = world.oss(world.cloud.identity.issue(f"{role}/s", expires_at=ends, role=role))
        assert code_of(lambda: call(client)) == (403, "AccessDenied"), action  # noqa: B023 - called at once


def test_what_is_wrong_with_parts_is_refused(client: oss.Client) -> None:
    upload = begin(client)
    small, large = part(client, upload, 1, SMALL), part(client, upload, 2)
    strange = oss.UploadPart(part_number=2, etag='"0123456789ABCDEF0123456789ABCDEF"')
    missing = oss.UploadPart(part_number=3, etag=large.etag)
    refusals: list[tuple[Callable[[], object], tuple[int, str]]] = [
        (lambda: part(client, upload, 0), (400, "InvalidArgument")),
        (lambda: part(client, upload, 10_001), (400, "InvalidArgument")),
        (lambda: part(client, upload, 1, content_md5="AAAA"), (400, "InvalidDigest")),
        (lambda: part(client, "NOUPLOAD", 1), (404, "NoSuchUpload")),
        (lambda: complete(client, upload, small, large), (400, "EntityTooSmall")),
        (lambda: complete(client, upload, large, small), (400, "InvalidPartOrder")),
        (lambda: complete(client, upload, large, large), (400, "InvalidPartOrder")),
        (lambda: complete(client, upload, strange), (400, "InvalidPart")),
        (lambda: complete(client, upload, large, missing), (400, "InvalidPart")),
        (lambda: complete(client, upload), (400, "MalformedXML")),
        (lambda: complete(client, "NOUPLOAD", large), (404, "NoSuchUpload")),
        (lambda: parts_of(client, "NOUPLOAD"), (404, "NoSuchUpload")),
        (lambda: parts_of(client, upload, max_parts=1001), (400, "InvalidArgument")),
        (lambda: uploads(client, max_uploads=1001), (400, "InvalidArgument")),
        (lambda: uploads(client, delimiter="/"), (501, "NotImplemented")),
        (lambda: begin(client, "/a"), (400, "InvalidObjectName")),
        (lambda: begin(client, storage_class="Warm"), (400, "InvalidArgument")),
    ]
    for call, refusal in refusals:
        assert code_of(call) == refusal
    complete(client, upload, large)
    assert get(client, KEY).body.content == LARGE


def test_overwriting_may_be_forbidden_at_the_beginning_and_at_the_end(client: oss.Client) -> None:
    upload = begin(client)
    one = part(client, upload, 1)
    put(client, KEY)
    assert code_of(lambda: begin(client, forbid_overwrite=True)) == (409, "FileAlreadyExists")
    assert code_of(lambda: complete(client, upload, one, forbid_overwrite=True)) == (409, "FileAlreadyExists")
    complete(client, upload, one)


def test_parts_are_listed_page_by_page(client: oss.Client) -> None:
    upload = begin(client)
    sent = {number: part(client, upload, number, SMALL) for number in (1, 3, 9)}
    first = parts_of(client, upload, max_parts=2)
    assert (first.is_truncated, first.next_part_number_marker, first.key) == (True, 3, KEY)
    second = parts_of(client, upload, part_number_marker=3)
    shown = [*first.parts, *second.parts]
    assert [(one.part_number, one.size, one.etag) for one in shown] == [
        (number, 7, one.etag) for number, one in sent.items()
    ]
    assert (second.is_truncated, parts_of(client, upload, part_number_marker=9).parts) == (False, None)


def test_uploads_are_listed_page_by_page_by_key_and_id(client: oss.Client) -> None:
    begun = sorted((key, begin(client, key)) for key in ("a/1", "a/1", "a/2", "b"))
    found: list[tuple[str, str]] = []
    markers: dict[str, str] = {}
    for _ in range(4):
        page = uploads(client, max_uploads=1, **markers)
        found += [(one.key, one.upload_id) for one in page.uploads]
        markers = {"key_marker": page.next_key_marker, "upload_id_marker": page.next_upload_id_marker}
    assert (found, page.is_truncated) == (begun, False)
    assert [one.key for one in uploads(client, prefix="a/").uploads] == ["a/1", "a/1", "a/2"]
    assert [one.key for one in uploads(client, key_marker="a/1").uploads] == ["a/2", "b"]
