"""What the OSS edge reads off an answer beyond the contract."""

import alibabacloud_oss_v2 as sdk
import pytest

from alicloud_emulator.running import RunningEmulator
from image_export.edges.aliyun.credentials import Credentials
from image_export.edges.aliyun.hosts import Addresses
from image_export.edges.aliyun.oss import Oss
from image_export.errors import Refused, Unanswered
from image_export.values.stored_object import PROBE_BYTES
from tests.builders import BUCKET, REGION
from tests.contract.worlds import administrator

from .listening import http, listening

DATE = "Tue, 24 Nov 2026 08:00:00 GMT"


@pytest.fixture
def oss(emulator: RunningEmulator) -> Oss:
    """The administrator's."""
    return Oss(REGION, lambda: administrator(emulator), Addresses(emulator.endpoint), lambda: 60.0)


def at(address: str) -> Oss:
    return Oss(REGION, lambda: Credentials("id", "secret"), Addresses(f"http://{address}"), lambda: 60.0)


def found(body: bytes, status: str = "206 Partial Content", **headers: str) -> bytes:
    """OSS's answer to a GET."""
    shown = {"ETag": '"A"', "Last-Modified": DATE, "Date": DATE, "x-oss-request-id": "R-1", **headers}
    return http(status, body, "application/octet-stream", **shown)


def test_checksums_are_those_of_the_bytes(oss: Oss) -> None:
    oss.put(BUCKET, "check", b"123456789")
    probe = oss.probe(BUCKET, "check")
    assert probe is not None
    assert (probe.crc64, probe.etag) == (str(0x995DC9BBDF1939FA), "25F9E794323B453885F5181F1B624D0B")


def test_keys_that_need_encoding_come_back_as_they_are(oss: Oss) -> None:
    names = ["edge/ä b+c&d", "edge/100%25", "edge/<x>"]
    for name in names:
        oss.put(BUCKET, name, b"1")
    assert [entry.key for entry in oss.keys(BUCKET, "edge/")] == sorted(names)
    assert oss.get(BUCKET, names[0]) is not None


@pytest.fixture
def many(oss: Oss) -> list[str]:
    """The keys below `many/`: more than OSS lists in one answer."""
    names = [f"many/{number:04d}" for number in range(1003)]
    for name in names if oss.get(BUCKET, names[-1]) is None else ():
        oss.put(BUCKET, name, b"")
    return names


def test_a_listing_of_more_than_a_page_has_each_key_once(oss: Oss, many: list[str]) -> None:
    assert [entry.key for entry in oss.keys(BUCKET, "many/")] == many


@pytest.mark.parametrize(("limit", "more"), [(999, True), (1000, True), (1002, True), (1003, False), (2000, False)])
def test_a_page_is_as_long_as_asked_for_although_oss_answers_at_most_a_thousand(
    oss: Oss, many: list[str], limit: int, more: bool
) -> None:
    page = oss.page(BUCKET, "many/", limit=limit)
    assert [entry.key for entry in page.entries] == many[:limit]
    assert page.more is more


def test_only_an_object_that_is_there_already_makes_a_create_lose(oss: Oss, emulator: RunningEmulator) -> None:
    """Any other refusal must not read as the word of another worker."""
    assert (oss.create(BUCKET, "slot", b"1"), oss.create(BUCKET, "slot", b"2")) == (True, False)
    emulator.fault("oss", "PutObject", "code:AccessDenied")
    with pytest.raises(Refused, match="AccessDenied"):
        oss.create(BUCKET, "slot", b"3")


def test_an_error_without_a_code_is_no_refusal() -> None:
    """It may come from a proxy, behind which the object was written."""
    answer = found(b"<Error><Message>no</Message></Error>", "403 Forbidden")
    with listening(answer) as address, pytest.raises(Unanswered):
        at(address).create(BUCKET, "key", b"1")


def test_a_refusal_keeps_the_clouds_request_id(oss: Oss, emulator: RunningEmulator) -> None:
    emulator.fault("oss", "GetObject", "code:AccessDenied")
    with pytest.raises(Refused, match="AccessDenied") as refusal:
        oss.get(BUCKET, "key")
    assert refusal.value.cause.request_id


def test_a_refusal_tells_the_time_too(oss: Oss) -> None:
    with pytest.raises(Refused, match="NoSuchBucket"):
        oss.get("no-such-bucket-anywhere", "key")
    assert oss.now is not None


def test_a_time_that_is_not_from_oss_is_no_time() -> None:
    with listening(http("200 OK", b"", Date=DATE)) as address:
        stranger = at(address)
        with pytest.raises(Unanswered):
            stranger.get(BUCKET, "key")
    assert stranger.now is None


def test_a_range_that_is_not_kept_to_is_not_read() -> None:
    """It would be the whole image, hundreds of gigabytes."""
    with listening(found(b"x" * (PROBE_BYTES + 1), "200 OK")) as address, pytest.raises(Unanswered, match="range"):
        at(address).probe(BUCKET, "key")


def test_an_object_of_which_both_ends_are_wanted_is_read_twice(oss: Oss) -> None:
    body = b"head" + b"." * 2 * PROBE_BYTES + b"tail"
    oss.put(BUCKET, "long", body)
    probe = oss.probe(BUCKET, "long")
    assert probe is not None
    assert (probe.size_bytes, probe.head, probe.tail) == (len(body), body[:PROBE_BYTES], body[-PROBE_BYTES:])


def test_an_object_that_goes_between_its_two_reads_is_no_answer(oss: Oss, emulator: RunningEmulator) -> None:
    oss.put(BUCKET, "goes", b"." * 3 * PROBE_BYTES)
    emulator.fault("oss", "GetObject", "code:NoSuchKey", skip=1)
    with pytest.raises(Unanswered, match="changed between two reads"):
        oss.probe(BUCKET, "goes")


@pytest.mark.parametrize("content_range", ["bytes 0-511", "bytes 0-511/*", "nonsense"])
def test_a_size_that_cannot_be_read_is_no_answer(content_range: str) -> None:
    headers = {"Content-Range": content_range}
    with listening(found(b"x" * PROBE_BYTES, **headers)) as address, pytest.raises(Unanswered):
        at(address).probe(BUCKET, "key")


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"<ListBucketResult>",
        b"<Other/>",
        b"<ListBucketResult></ListBucketResult>",
        b"<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
    ],
)
def test_a_listing_that_cannot_be_read_is_no_empty_listing(body: bytes) -> None:
    answer = found(body, "200 OK")
    with listening(answer) as address, pytest.raises(Unanswered):
        list(at(address).keys(BUCKET, "prefix"))


def test_the_sdk_makes_one_attempt(emulator: RunningEmulator, oss: Oss) -> None:
    before = len(emulator.calls("PutObject"))
    emulator.fault("oss", "PutObject", "http_503", times=2)
    with pytest.raises(Unanswered):
        oss.create(BUCKET, "once", b"1")
    assert len(emulator.calls("PutObject")) == before + 1
    assert sdk.defaults.DEFAULT_MAX_ATTEMPTS > 1, "otherwise this test proves nothing"
