"""OSS as its SDK sees it."""

from collections.abc import Callable
from urllib.error import HTTPError

import alibabacloud_oss_v2 as oss
import pytest

from tests.emulator.world import World

BUCKET = "acme-images-hangzhou"


@pytest.fixture
def client(world: World) -> oss.Client:
    """The administrator's client in the bucket's region."""
    return world.oss()


def put(client: oss.Client, key: str, body: bytes = b"x", **more: object) -> oss.PutObjectResult:
    return client.put_object(oss.PutObjectRequest(bucket=BUCKET, key=key, body=body, **more))


def get(client: oss.Client, key: str, **more: object) -> oss.GetObjectResult:
    return client.get_object(oss.GetObjectRequest(bucket=BUCKET, key=key, **more))


def code_of(call: Callable[[], object]) -> tuple[int, str]:
    """Status and code of the refusal that a call meets."""
    with pytest.raises(oss.exceptions.OperationError) as caught:
        call()
    error = caught.value.unwrap()
    return error.status_code, error.code


def test_what_is_written_is_read_back_with_its_check_sums(client: oss.Client) -> None:
    written = put(client, "a/ä b+c", b"123456789")
    read = get(client, "a/ä b+c")
    assert read.body.content == b"123456789"
    assert read.hash_crc64 == written.hash_crc64 == str(0x995DC9BBDF1939FA)
    assert read.etag == written.etag == '"25F9E794323B453885F5181F1B624D0B"'


@pytest.mark.parametrize("key", ["a\nb", "\n", "a/\r\n/b", "%0A", "a\u2028b", "a//b"])
def test_a_key_may_be_any_text(client: oss.Client, key: str) -> None:
    put(client, key, b"of this key")
    assert get(client, key).body.content == b"of this key"


def test_a_range_reads_a_part_from_either_end(client: oss.Client) -> None:
    put(client, "key", b"0123456789")
    assert get(client, "key", range_header="bytes=2-4").body.content == b"234"
    assert get(client, "key", range_header="bytes=-3").body.content == b"789"


def test_a_range_past_the_end_is_cut_only_on_request(client: oss.Client) -> None:
    put(client, "key", b"0123456789")
    past = {"range_header": "bytes=5-50"}
    assert get(client, "key", **past).body.content == b"0123456789"
    assert get(client, "key", **past, range_behavior="standard").body.content == b"56789"


def test_the_second_writer_of_a_key_is_refused_if_it_forbids_overwriting(client: oss.Client) -> None:
    put(client, "fact", b"first", forbid_overwrite=True)
    refusal = code_of(lambda: put(client, "fact", b"second", forbid_overwrite=True))
    assert refusal == (409, "FileAlreadyExists")
    assert get(client, "fact").body.content == b"first"


@pytest.mark.parametrize("status", ["Enabled", "Suspended"])
def test_a_versioned_bucket_ignores_that_overwriting_is_forbidden(client: oss.Client, status: str) -> None:
    configuration = oss.VersioningConfiguration(status=status)
    client.put_bucket_versioning(oss.PutBucketVersioningRequest(bucket=BUCKET, versioning_configuration=configuration))
    put(client, "fact", b"first", forbid_overwrite=True)
    put(client, "fact", b"second", forbid_overwrite=True)
    assert get(client, "fact").body.content == b"second"
    assert client.get_bucket_versioning(oss.GetBucketVersioningRequest(bucket=BUCKET)).version_status == status


def test_a_bucket_that_was_never_versioned_has_no_status(client: oss.Client) -> None:
    assert not client.get_bucket_versioning(oss.GetBucketVersioningRequest(bucket=BUCKET)).version_status


def test_deleting_what_is_not_there_is_no_error(client: oss.Client) -> None:
    put(client, "key")
    for _ in range(2):
        assert client.delete_object(oss.DeleteObjectRequest(bucket=BUCKET, key="key")).status_code == 204
    assert code_of(lambda: get(client, "key")) == (404, "NoSuchKey")


def test_head_says_why_there_is_nothing(client: oss.Client) -> None:
    assert code_of(lambda: client.head_object(oss.HeadObjectRequest(bucket=BUCKET, key="none"))) == (404, "NoSuchKey")
    put(client, "key", b"abc")
    head = client.head_object(oss.HeadObjectRequest(bucket=BUCKET, key="key"))
    assert (head.content_length, head.storage_class) == (3, "Standard")


def test_times_are_the_clouds(world: World, client: oss.Client) -> None:
    world.advance(86_400 * 3)
    put(client, "key")
    head = client.head_object(oss.HeadObjectRequest(bucket=BUCKET, key="key"))
    assert (head.last_modified - world.cloud.clock.wall()).days >= 2
    assert abs((world.cloud.clock.now() - head.last_modified).total_seconds()) < 30


def keys(client: oss.Client, **request: object) -> list[str]:
    """Every key over all pages."""
    pages = client.list_objects_v2_paginator().iter_page(oss.ListObjectsV2Request(bucket=BUCKET, **request))
    return [item.key for page in pages for item in page.contents or []]


def test_a_listing_of_many_pages_has_each_key_once_in_order(client: oss.Client) -> None:
    names = [f"open/{number:03} &+ä" for number in range(25)]
    for name in [*reversed(names), "other"]:
        put(client, name)
    assert keys(client, prefix="open/", max_keys=10) == names
    assert keys(client, prefix="open/", max_keys=10, start_after=names[20]) == names[21:]


def test_a_delimiter_groups_what_is_below_it(client: oss.Client) -> None:
    for name in ("a/1", "a/2", "b", "c/1/x"):
        put(client, name)
    page = client.list_objects_v2(oss.ListObjectsV2Request(bucket=BUCKET, delimiter="/", fetch_owner=True))
    assert [item.key for item in page.contents] == ["b"]
    assert [group.prefix for group in page.common_prefixes] == ["a/", "c/"]
    assert page.contents[0].owner.id == "1234567890123456"


def test_groups_count_as_keys_of_a_page(client: oss.Client) -> None:
    for name in ("a/1", "a/2", "b/1", "c/1"):
        put(client, name)
    request = oss.ListObjectsV2Request(bucket=BUCKET, delimiter="/", max_keys=2)
    pages = [
        [group.prefix for group in page.common_prefixes or []]
        for page in client.list_objects_v2_paginator().iter_page(request)
    ]
    assert pages == [["a/", "b/"], ["c/"]]


@pytest.mark.parametrize("size", [0, 1001])
def test_a_page_has_at_most_a_thousand_keys(client: oss.Client, size: int) -> None:
    refusal = code_of(lambda: client.list_objects_v2(oss.ListObjectsV2Request(bucket=BUCKET, max_keys=size)))
    assert refusal == (400, "InvalidArgument")


def test_a_listing_may_lag_behind_a_write(world: World, client: oss.Client) -> None:
    world.post("unsure", {"list_after_write": "lagging"})
    put(client, "key")
    assert keys(client) == []
    world.advance(2)
    assert keys(client) == ["key"]


def test_if_none_match_is_not_implemented(client: oss.Client) -> None:
    assert code_of(lambda: put(client, "key", headers={"If-None-Match": "*"})) == (501, "NotImplemented")


def test_a_bucket_is_made_once_and_is_somewhere(world: World) -> None:
    client = world.oss(region="ap-southeast-1")
    for _ in range(2):
        client.put_bucket(oss.PutBucketRequest(bucket="new-bucket"))
    info = client.get_bucket_info(oss.GetBucketInfoRequest(bucket="new-bucket")).bucket_info
    assert (info.location, info.storage_class) == ("oss-ap-southeast-1", "Standard")


def test_a_bucket_is_reached_in_its_own_region_only(world: World) -> None:
    assert code_of(lambda: get(world.oss(region="cn-beijing"), "key")) == (400, "InvalidArgument")
    missing = oss.GetObjectRequest(bucket="no-such-bucket", key="key")
    assert code_of(lambda: world.oss().get_object(missing)) == (404, "NoSuchBucket")


def test_a_strangers_bucket_is_closed(world: World) -> None:
    stranger = world.cloud.identity.issue("acs:ram::9999999999999999:user/stranger", account_id="9999999999999999")
    assert code_of(lambda: put(world.oss(stranger), "key")) == (403, "AccessDenied")
    request = oss.PutBucketRequest(bucket=BUCKET)
    assert code_of(lambda: world.oss(stranger).put_bucket(request)) == (409, "BucketAlreadyExists")


def test_a_bucket_is_made_and_changed_by_a_control_call(world: World) -> None:
    made = world.post("buckets", {"name": "made-for-this", "region": "cn-beijing", "versioning": "Suspended"})
    assert (made["region"], made["versioning"], made["storage_class"]) == ("cn-beijing", "Suspended", "Standard")
    changed = world.post("buckets", {"name": BUCKET, "encryption": "KMS"})
    assert (changed["region"], changed["encryption"]) == ("cn-hangzhou", "KMS")
    for wrong in ({"region": "cn-beijing"}, {"name": BUCKET, "colour": "red"}, {"name": BUCKET, "encryption": "ROT13"}):
        with pytest.raises(HTTPError):
            world.post("buckets", wrong)


def test_an_object_has_the_class_that_it_was_written_with_or_its_buckets(client: oss.Client) -> None:
    put(client, "plain")
    put(client, "cold", storage_class="Archive")
    found = [client.head_object(oss.HeadObjectRequest(bucket=BUCKET, key=key)) for key in ("plain", "cold")]
    assert [one.storage_class for one in found] == ["Standard", "Archive"]
    assert code_of(lambda: get(client, "cold")) == (403, "InvalidObjectState")
    assert code_of(lambda: put(client, "k", storage_class="Warm")) == (400, "InvalidArgument")
