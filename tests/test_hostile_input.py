"""Strangers' input never makes a reader raise what nobody catches, never grows, and never shows a secret."""

import contextlib
import hashlib
import json
import time
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from image_export.decisions.arrivals.direct import Parameters, read_direct
from image_export.decisions.arrivals.envelopes import read_event
from image_export.decisions.policy.file import read_policy
from image_export.decisions.settings_text import read_settings
from image_export.errors import AskerFault, OurFault
from image_export.values.arrival import DirectRequest, Ignored, Malformed, Sighting

IMAGE = "m-bp146shijn7hujku3w8z"
LEDGER = {"IMAGE_EXPORT_LEDGER": "oss://image-export-ledger/ledger"}
NOTICE = {
    "product": "ECS",
    "name": "Image:StateChange",
    "regionId": "cn-hangzhou",
    "content": {"imageId": IMAGE, "currentState": "Available"},
}
DIRECT = {"ImageId": IMAGE, "OSSBucket": "acme-images-hangzhou"}


def read(tree: Any) -> Any:
    (arrival,) = read_event(json.dumps(tree).encode())
    return arrival


@pytest.mark.parametrize("where", ["id", "source", "type"])
def test_lone_surrogates_cannot_reach_the_ledger_or_the_log(where: str) -> None:
    arrival = read({"specversion": "1.0", "id": "1", "source": "s", "type": "t", where: "\ud800"})
    assert msgspec.json.encode(arrival)


def test_a_sightings_id_may_hold_surrogates_and_stays_writable() -> None:
    arrival = read({**NOTICE, "id": "\udfff"})
    assert isinstance(arrival, Sighting)
    assert msgspec.json.encode(arrival)


@pytest.mark.parametrize("depth", [10, 500, 900, *range(940, 1010, 3), 5000])
def test_no_depth_makes_the_reader_raise(depth: int) -> None:
    deep = "[" * depth + "]" * depth
    for body in (
        f'{{"product":"ECS","name":"Image:StateChange","regionId":"cn-hangzhou","content":{{"imageId":{deep}}}}}',
        f'[{{"ImageId":{deep},"OSSBucket":"acme-images"}}]',
        f'{{"specversion":"1.0","type":"x","data":{json.dumps(deep)}}}',
    ):
        assert len(read_event(body.encode())) == 1


def test_what_is_malformed_carries_the_hash_of_the_bytes_that_arrived() -> None:
    body = b'{ "ImageId": "i-1", "OSSBucket": "acme-images" }'
    (malformed,) = read_event(body)
    assert isinstance(malformed, Malformed)
    assert malformed.digest == hashlib.sha256(body).hexdigest()


def test_two_malformed_items_of_an_array_stay_two() -> None:
    first, second = read_event(b'[{"ImageId": "m-1"}, {"ImageId": "m-2"}]')
    assert isinstance(first, Malformed)
    assert isinstance(second, Malformed)
    assert first.digest != second.digest


def test_a_message_body_that_was_parsed_already_is_opened() -> None:
    event = {"specversion": "1.0", "type": "mns:Queue:SendMessage", "data": {"messageBody": NOTICE}}
    assert read(event).image_id == IMAGE


def test_a_bare_queue_message_is_opened() -> None:
    assert isinstance(read({"messageId": "M", "messageBody": json.dumps(DIRECT)}), DirectRequest)


def test_an_array_of_texts_is_opened() -> None:
    assert isinstance(read([json.dumps(DIRECT)]), DirectRequest)


def test_a_whole_notification_inside_a_cloud_event_tells_its_own_region_and_account() -> None:
    data = {**NOTICE, "userId": "1234567890123456"}
    sighting = read({"specversion": "1.0", "type": "ecs:Image:StateChange", "data": data})
    assert (sighting.region_id, sighting.account_id) == ("cn-hangzhou", "1234567890123456")


@pytest.mark.parametrize(
    "event",
    [
        {key: value for key, value in NOTICE.items() if key != "content"},
        {"eventName": "CreateImage", "eventType": "ApiCall", "responseElements": {"ImageId": IMAGE}},
        {**NOTICE, "userId": "١٢٣٤٥٦٧"},  # digits, but not of an account
        {"imageId": IMAGE, "currentState": "Available"},
    ],
)
def test_what_claims_to_be_an_image_event_and_lacks_a_part_is_malformed(event: Any) -> None:
    assert isinstance(read(event), Malformed)


def test_a_request_that_carries_a_request_id_is_told_so() -> None:
    malformed = read({**DIRECT, "RequestId": "R"})
    assert isinstance(malformed, Malformed)
    assert malformed.cause.code == "UnknownParameter"


def test_a_parameter_that_stands_twice_is_named() -> None:
    (malformed,) = read_event(b'{"ImageId": "m-1", "ImageId": "m-2", "OSSBucket": "acme-images"}')
    assert isinstance(malformed, Malformed)
    assert "ImageId" in malformed.cause.message


def test_names_that_stand_twice_make_no_message_longer_than_others() -> None:
    key = "字" * 20_000
    (malformed,) = read_event(f'{{"OSSBucket": "a", "{key}": 1, "{key}": 2}}'.encode())
    assert isinstance(malformed, Malformed)
    assert len(malformed.cause.message) < 600


def seconds_to_read(keys: int) -> float:
    """The time of this process, however busy the machine is, that so many keys take, one of which stands twice."""
    body = ",".join(f'"{number}": 0' for number in range(keys))
    start = time.process_time()
    read_event(f'{{"0": 1, {body}}}'.encode())
    return time.process_time() - start


def test_ten_times_as_many_keys_take_about_ten_times_as_long() -> None:
    assert seconds_to_read(100_000) < 40 * seconds_to_read(10_000)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({**DIRECT, "ImageFormat": "iso"}, "raw, vhd, qcow2, vmdk or vdi"),
        ({**DIRECT, "OSSPrefix": "a-b"}, "1 to 30 letters or digits"),
        ({**DIRECT, "DryRun": "yes"}, "true or false"),
        ({**DIRECT, "imageid": "m-1"}, "did you mean ImageId?"),
        ({**DIRECT, "ClientToken": {"a": [1]}}, "an object"),
    ],
)
def test_a_fault_says_what_would_be_right(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(AskerFault) as raised:
        read_direct(fields)
    assert said in raised.value.cause.message


def test_the_parameters_describe_themselves_in_patterns_that_javascript_reads_too() -> None:
    properties = msgspec.json.schema(Parameters)["$defs"]["Parameters"]["properties"]
    described = {name: kind.get("anyOf", [kind])[0] for name, kind in properties.items()}  # the other choice is null
    assert all("description" in parameter for parameter in described.values())
    assert described["ImageFormat"]["enum"] == ["qcow2", "raw", "vdi", "vhd", "vmdk"]
    assert not [one for one in described.values() if "(?i)" in one.get("pattern", "")]


@pytest.mark.parametrize(
    "endpoint",
    [
        *("http://[::1", "http://127.0.0.1:x", "https://host/path", "https://", "//host", "http://[::1]:99999"),
        *("https://[::::1]", "https://[:]", "https://localhost:99999", "https://host:0", "https://a..b", "https://."),
    ],
)
def test_an_endpoint_that_is_no_url_is_a_fault_like_any_other(endpoint: str) -> None:
    with pytest.raises(OurFault, match="IMAGE_EXPORT_ENDPOINT"):
        read_settings({**LEDGER, "IMAGE_EXPORT_ENDPOINT": endpoint})


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_password_in_an_endpoint_is_refused_and_not_shown(scheme: str) -> None:
    with pytest.raises(OurFault) as raised:
        read_settings({**LEDGER, "IMAGE_EXPORT_ENDPOINT": f"{scheme}://user:hunter2@example.com?Signature=hunter2"})
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize("policy", ["../policy.yaml", "/etc/passwd", "oss://bucket", "oss://bucket/", "a/b.yaml"])
def test_the_policy_is_a_file_beside_index_or_an_object(policy: str) -> None:
    with pytest.raises(OurFault, match="IMAGE_EXPORT_POLICY"):
        read_settings({**LEDGER, "IMAGE_EXPORT_POLICY": policy})
    assert read_settings({**LEDGER, "IMAGE_EXPORT_POLICY": "oss://acme-config/image-export/policy.yaml"}).policy


@pytest.mark.parametrize("ledger", ["oss://acme-ledger//x", "oss://acme-ledger/../x", "oss://acme-ledger/a b"])
def test_a_ledger_prefix_is_made_of_plain_names(ledger: str) -> None:
    with pytest.raises(OurFault, match="IMAGE_EXPORT_LEDGER"):
        read_settings({"IMAGE_EXPORT_LEDGER": ledger})


def test_a_hash_is_the_same_in_capitals() -> None:
    assert read_settings({**LEDGER, "IMAGE_EXPORT_HTTP_TOKENS": "AB" * 32}).http_tokens == ("ab" * 32,)


@given(
    st.dictionaries(st.sampled_from(["LEDGER", "POLICY", "ENDPOINT", "HTTP_AUTH", "LOG_LEVEL"]), st.text(max_size=12))
)
@settings(max_examples=100, deadline=None)
def test_no_environment_makes_the_settings_raise_anything_else(given_names: dict[str, str]) -> None:
    with contextlib.suppress(OurFault):
        read_settings({f"IMAGE_EXPORT_{name}": value for name, value in given_names.items()})


def test_a_policy_fault_lists_what_can_be_chosen() -> None:
    with pytest.raises(OurFault) as raised:
        read_policy(b"version: 1\naccounts: []\nrules: [{name: x, when: [nightl], format: iso, tag: 1}]\n")
    message = raised.value.cause.message
    assert "image-created or nightly" in message
    assert "raw, vhd, qcow2, vmdk or vdi" in message
    assert "policy.accounts" in message


@given(st.binary(max_size=60) | st.text(alphabet=" -:[]{}a1&*!?\n\"'", max_size=60).map(str.encode))
@settings(max_examples=200, deadline=None)
def test_no_bytes_make_the_policy_reader_raise_anything_else(text: bytes) -> None:
    with pytest.raises(OurFault) as raised:
        read_policy(text)
    assert raised.value.code == "PolicyInvalid"


@pytest.mark.parametrize("text", [b"[" * 100_000, b"{a: " * 60_000, b"- " * 100_000, b"? " * 100_000])
def test_no_depth_makes_the_policy_reader_raise_anything_else(text: bytes) -> None:
    with pytest.raises(OurFault):
        read_policy(text)


@given(st.lists(st.sampled_from([NOTICE, DIRECT, {"triggerTime": "", "triggerName": ""}, {"ImageId": 1}]), max_size=8))
@settings(max_examples=50, deadline=None)
def test_an_array_has_as_many_arrivals_as_items_in_their_order(items: list[dict[str, Any]]) -> None:
    kinds = [type(read(item)) for item in items]
    assert [type(one) for one in read_event(json.dumps(items).encode())] == kinds
    assert set(kinds) <= {Sighting, DirectRequest, Ignored, Malformed}
