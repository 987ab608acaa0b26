"""Every recorded payload, and every wrapping of it, is known by its shape (docs/cloud-facts.md#fact-6)."""

import base64
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from image_export.decisions.arrivals.envelopes import read_event
from image_export.decisions.arrivals.envelopes.texts import content_of
from image_export.values.arrival import DirectRequest, Ignored, Malformed, Sighting

EVENTS = Path(__file__).parent / "events"
ACCOUNT = "1234567890123456"
CMS_IMAGE = "m-uf64c9ocm9pe2x7q5dkf"
TRAIL_IMAGE = "m-bp146shijn7hujku3w8z"
DIRECT = {"RegionId": "cn-hangzhou", "ImageId": TRAIL_IMAGE, "OSSBucket": "acme-images-hangzhou"}


def payload(name: str) -> Any:
    return json.loads((EVENTS / f"{name}.json").read_text())


def read(tree: Any) -> tuple[Any, ...]:
    return read_event(json.dumps(tree).encode())


SIGHTINGS = {
    "cms-ecs-Image-StateChange": (CMS_IMAGE, "Available"),
    "derived-eventbridge-ecs-Image-StateChange": (CMS_IMAGE, "Available"),
    "derived-eventbridge-ecs-ActionTrail-CreateImage": (TRAIL_IMAGE, None),
}
IGNORED = [
    "cms-ecs-Instance-StateChange",
    "cms-ecs-Snapshot-CreateSnapshotCompleted",
    "ecs-DescribeTaskAttribute-ExportImage-response",
    "ecs-DescribeTasks-response",
    "eventbridge-actiontrail-ecs-ApiCall-data",
    "eventbridge-envelope-aliyuncvc",
    "fc-async-destination-payload-fc3",
    "fc-mns-topic-json",
    "fc-python-mns-queue-via-eventbridge",
    "fc-timer-trigger",
    "fc3-http-trigger-event",
    "fc3-template-mns-stream",
]


def test_every_recorded_payload_has_its_expectation() -> None:
    assert {file.stem for file in EVENTS.glob("*.json")} == set(SIGHTINGS) | set(IGNORED)


def test_an_event_is_named_by_its_source_and_its_id_where_it_tells_a_source() -> None:
    (by_bus,) = read(payload("derived-eventbridge-ecs-Image-StateChange"))
    (bare,) = read(payload("cms-ecs-Image-StateChange"))
    assert by_bus.event_id == "acs.ecs/72A8BFEC-C05E-4C22-A96B-F9685f0c2a9e"
    assert bare.event_id == "72A8BFEC-C05E-4C22-A96B-F9685f0c2a9e"


@pytest.mark.parametrize(("name", "shown"), [(["CreateImage"], "a list"), ({"CreateImage": 1}, "an object")])
def test_an_api_call_whose_name_is_no_text_makes_no_image(name: object, shown: str) -> None:
    event = payload("derived-eventbridge-ecs-ActionTrail-CreateImage")
    event["data"]["eventName"] = name
    (ignored,) = read(event)
    assert isinstance(ignored, Ignored)
    assert ignored.reason == f"API call {shown} makes no image"


@pytest.mark.parametrize(("name", "expected"), SIGHTINGS.items())
def test_an_image_event_is_a_sighting_of_its_image(name: str, expected: tuple[str, str | None]) -> None:
    (sighting,) = read(payload(name))
    assert isinstance(sighting, Sighting)
    assert (sighting.image_id, sighting.state) == expected
    assert (sighting.region_id, sighting.account_id, sighting.named_by_creation) == ("cn-hangzhou", ACCOUNT, True)


@pytest.mark.parametrize("name", IGNORED)
def test_an_event_about_something_else_is_ignored_with_a_reason(name: str) -> None:
    (ignored,) = read(payload(name))
    assert isinstance(ignored, Ignored)
    assert ignored.reason


def in_topic(text: str) -> Any:
    return {**payload("fc-mns-topic-json"), "Message": text}


def in_stream(text: str) -> Any:
    return {**payload("fc3-template-mns-stream"), "body": text}


def in_queue(text: str) -> Any:
    event = payload("fc-python-mns-queue-via-eventbridge")
    return {**event, "data": {**event["data"], "messageBody": text}}


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def in_data(text: str) -> Any:
    """CloudEvents 1.0: what is no JSON comes in `data_base64`."""
    event = in_queue("")
    data = json.dumps({**event.pop("data"), "messageBody": text})
    return {**event, "data_base64": encoded(data)}


# What tools make of a text that they send as base64, or do not.
FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "with blanks around": lambda text: f" \r\n{text}\n",
    "with a byte order mark": lambda text: f"\ufeff{text}",
    "JSON of it": json.dumps,
    "JSON of JSON of it": lambda text: json.dumps(json.dumps(text)),
    "base64": encoded,
    "base64 with line breaks": lambda text: base64.encodebytes(text.encode()).decode(),
    "base64 with other line breaks": lambda text: base64.encodebytes(text.encode()).decode().replace("\n", "\r\n"),
    "base64 without padding": lambda text: encoded(text).rstrip("="),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "base64 of a form": lambda text: encoded(text).replace("+", " "),
    "base64 with a byte order mark": lambda text: encoded(f"\ufeff{text}"),
    "base64 of JSON of it": lambda text: encoded(json.dumps(text)),
    "JSON of base64": lambda text: json.dumps(encoded(text)),
    "base64 of base64": lambda text: encoded(encoded(text)),
}
# In JSON as UTF-8, these bytes are + and / in base64.
HARD = {**payload("cms-ecs-Image-StateChange"), "instanceName": "~?>~?>~?>\u00ff\u00ff\u00ff\u00fe\u00bf \u4e2d\u6587"}


def raw(tree: Any) -> str:
    return json.dumps(tree, ensure_ascii=False)


@pytest.mark.parametrize("wrap", [in_topic, in_stream, in_queue, in_data, lambda text: text, lambda text: [text]])
@pytest.mark.parametrize("form", FORMS)
def test_a_message_is_read_in_every_form_that_tools_send(wrap: Callable[[str], Any], form: str) -> None:
    assert {"+", "/"} <= set(encoded(raw(HARD)))
    (sighting,) = read(wrap(FORMS[form](raw(HARD))))
    assert isinstance(sighting, Sighting)
    assert sighting.image_id == CMS_IMAGE


def test_a_byte_order_mark_before_an_event_is_no_part_of_it() -> None:
    (sighting,) = read_event(b"\xef\xbb\xbf" + json.dumps(HARD).encode())
    assert isinstance(sighting, Sighting)


@pytest.mark.parametrize("wrap", [in_topic, in_stream, in_queue])
@pytest.mark.parametrize("form", [str, encoded])
@pytest.mark.parametrize(("name", "expected"), SIGHTINGS.items())
def test_an_image_event_is_found_in_any_message_plain_or_base64(
    wrap: Callable[[str], Any], form: Callable[[str], str], name: str, expected: tuple[str, str | None]
) -> None:
    (sighting,) = read(wrap(form(json.dumps(payload(name)))))
    assert isinstance(sighting, Sighting)
    assert sighting.image_id == expected[0]


@pytest.mark.parametrize("text", ["7", "1234", "true", "null", '"m-bp1any"', "deadbeef", "{", ""])
def test_a_text_that_is_neither_an_object_nor_an_array_holds_nothing_plain_or_base64(text: str) -> None:
    assert content_of(text) is None
    assert content_of(encoded(text)) is None


def test_an_array_holds_what_its_items_hold_in_their_order() -> None:
    names = [*SIGHTINGS, *IGNORED]
    arrivals = read([payload(name) for name in names])
    kinds = [Sighting] * len(SIGHTINGS) + [Ignored] * len(IGNORED)
    assert [type(one) for one in arrivals] == kinds
    assert [type(one) for one in read([in_topic(json.dumps([payload(name)])) for name in names])] == kinds


@pytest.mark.parametrize("shape", ["flat", "content"])
def test_the_state_may_stand_in_data_or_in_its_content(shape: str) -> None:
    event = payload("derived-eventbridge-ecs-Image-StateChange")
    if shape == "content":
        event["data"] = {"content": event["data"]}
    assert isinstance(read(event)[0], Sighting)


@pytest.mark.parametrize("state", ["CreateFailed", "Deleted", "Deprecated", "Sleeping"])
def test_a_state_that_cannot_be_exported_is_ignored_and_named(state: str) -> None:
    event = payload("cms-ecs-Image-StateChange")
    event["content"]["currentState"] = state
    (ignored,) = read(event)
    assert isinstance(ignored, Ignored)
    assert state in ignored.reason


@pytest.mark.parametrize("state", ["Available", "Creating", "Waiting"])
def test_a_state_that_will_be_available_is_a_sighting(state: str) -> None:
    event = payload("cms-ecs-Image-StateChange")
    event["content"]["currentState"] = state
    assert read(event)[0].state == state


def trail(name: str = "CreateImage", **changes: Any) -> Any:
    event = payload("derived-eventbridge-ecs-ActionTrail-CreateImage")
    event["data"] = {**event["data"], "eventName": name, **changes}
    return event


@pytest.mark.parametrize("gone", ["responseElements", "referencedResources"])
def test_the_new_image_may_be_named_in_the_answer_or_among_the_resources(gone: str) -> None:
    changes: dict[str, Any] = {gone: {}}
    assert read(trail(**changes))[0].image_id == TRAIL_IMAGE


def test_a_copied_image_is_in_its_destination_and_is_not_its_source() -> None:
    event = trail(
        "CopyImage",
        responseElements={},
        requestParameters={"ImageId": "m-source0000", "DestinationRegionId": "ap-southeast-1"},
        referencedResources={"ACS::ECS::Image": ["m-source0000", "m-copy0000"]},
    )
    (sighting,) = read(event)
    assert (sighting.image_id, sighting.region_id) == ("m-copy0000", "ap-southeast-1")


@pytest.mark.parametrize("kind", ["ApiCall", "ConsoleOperation", "AliyunServiceEvent"])
def test_whoever_made_an_image_its_event_is_a_sighting(kind: str) -> None:
    (sighting,) = read({**trail(eventType=kind), "type": f"ecs:ActionTrail:{kind}"})
    assert (sighting.image_id, sighting.region_id, sighting.account_id) == (TRAIL_IMAGE, "cn-hangzhou", ACCOUNT)


@pytest.mark.parametrize("kind", ["ens:ActionTrail:ApiCall", "ecs:ActionTrail:ConsoleSignin", "ecs:ActionTrail:"])
def test_other_events_of_actiontrail_are_ignored(kind: str) -> None:
    (ignored,) = read({**trail(), "type": kind})
    assert isinstance(ignored, Ignored)
    assert kind in ignored.reason


@pytest.mark.parametrize(
    "said",
    [
        {"referencedResources": {"ACS::ECS::Image": TRAIL_IMAGE}},
        {"referencedResources": {"ACS::ECS::Image": f"{TRAIL_IMAGE};"}},
        {"referencedResources": json.dumps({"ACS::ECS::Image": [TRAIL_IMAGE]})},
        {"responseElements": {"ImageId": [TRAIL_IMAGE]}},
        {"responseElements": json.dumps({"ImageId": TRAIL_IMAGE})},
        {"resourceType": "ACS::ECS::Image", "resourceName": TRAIL_IMAGE},
        {"resourceType": "ACS::ECS::Instance;ACS::ECS::Image", "resourceName": f"i-bp1aaaaaaaa;{TRAIL_IMAGE}"},
        {"resourceType": "ACS::ECS::Image, ACS::ECS::Instance", "resourceName": f"{TRAIL_IMAGE},i-bp1aaaaaaaa"},
        {"resourceType": ["ACS::ECS::Image"], "resourceName": [TRAIL_IMAGE]},
    ],
    ids=json.dumps,
)
@pytest.mark.parametrize("bare", [False, True])
def test_the_new_image_is_found_wherever_a_record_names_it(said: Any, bare: bool) -> None:
    event = trail(**{"responseElements": {}, "referencedResources": {}, **said})
    (sighting,) = read(event["data"] if bare else event)
    assert (sighting.image_id, sighting.account_id) == (TRAIL_IMAGE, ACCOUNT)


def test_a_copied_image_is_not_its_source_among_names_of_resources_either() -> None:
    resources = {"resourceType": "ACS::ECS::Image", "resourceName": "m-source0000;m-copy0000"}
    asked = {"requestParameterJson": '{"ImageId": "m-source0000"}', "requestParameters": {}}
    event = trail("CopyImage", responseElements={}, referencedResources={}, **resources, **asked)
    assert [one.image_id for one in read(event)] == ["m-copy0000"]


def test_a_bare_record_is_of_the_account_that_it_is_delivered_to_whoever_called() -> None:
    caller = {"type": "assumed-role", "accountId": "9999999999999999"}
    (sighting,) = read(trail(userIdentity=caller, recipientAccountId=ACCOUNT)["data"])
    assert sighting.account_id == ACCOUNT


@pytest.mark.parametrize(
    "of",
    [
        {"serviceName": "Ens", "eventSource": "ens.aliyuncs.com"},
        {"serviceName": "", "eventSource": "ens.aliyuncs.com"},
        {"serviceName": None, "eventSource": "ecsworkbench.aliyuncs.com"},
        {"serviceName": "Swas-Open", "eventSource": "swas.cn-hangzhou.aliyuncs.com"},
    ],
    ids=json.dumps,
)
@pytest.mark.parametrize("bare", [False, True])
def test_another_service_that_has_such_a_call_made_no_image_of_ecs(of: Any, bare: bool) -> None:
    event = trail(**of)
    (ignored,) = read(event["data"] if bare else event)
    assert isinstance(ignored, Ignored)
    assert "not of ECS" in ignored.reason


@pytest.mark.parametrize(
    "of",
    [
        {"serviceName": "ECS"},
        {"serviceName": None, "eventSource": "ecs-cn-hangzhou-share.aliyuncs.com"},
        {"serviceName": None, "eventSource": "ecs.aliyuncs.com"},
        {"serviceName": None, "eventSource": None},
    ],
    ids=json.dumps,
)
def test_ecs_is_known_by_its_name_or_by_its_endpoint(of: Any) -> None:
    assert isinstance(read(trail(**of)["data"])[0], Sighting)


def test_a_state_of_an_image_of_another_product_is_ignored() -> None:
    (ignored,) = read({**payload("cms-ecs-Image-StateChange"), "product": "ENS"})
    assert isinstance(ignored, Ignored)
    assert "ENS, not of ECS" in ignored.reason


@pytest.mark.parametrize("state", ["available", "AVAILABLE", " Available "])
def test_a_state_is_read_in_any_letter_case(state: str) -> None:
    event = payload("cms-ecs-Image-StateChange")
    event["content"]["currentState"] = state
    assert read(event)[0].state == "Available"


def test_a_failed_call_made_no_image() -> None:
    (ignored,) = read(trail(errorCode="QuotaExceed.Image"))
    assert isinstance(ignored, Ignored)
    assert "QuotaExceed.Image" in ignored.reason


def test_a_bare_record_of_actiontrail_is_understood_too() -> None:
    assert read(trail()["data"])[0].image_id == TRAIL_IMAGE


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"aliyunregionid": "../x", "data": {"imageId": CMS_IMAGE, "currentState": "Available"}}, "region"),
        ({"data": {"imageId": "i-bp1", "currentState": "Available"}}, "image id"),
        ({"data": {"imageId": "m-a/../../b", "currentState": "Available"}}, "image id"),
        ({"data": {}}, "image id"),
        ({"aliyunaccountid": "root", "aliyunoriginalaccountid": None}, "account"),
    ],
)
def test_an_image_event_that_cannot_be_understood_is_malformed_and_says_where(change: Any, what: str) -> None:
    (malformed,) = read({**payload("derived-eventbridge-ecs-Image-StateChange"), **change})
    assert isinstance(malformed, Malformed)
    assert malformed.cause.code == "InvalidEvent"
    assert what in malformed.cause.message


def test_a_call_that_made_an_image_but_names_none_is_malformed() -> None:
    assert isinstance(read(trail(responseElements={}, referencedResources={}))[0], Malformed)


@pytest.mark.parametrize(
    "body", [b"", b"no JSON", b"\xff\xfe", b'{"a": NaN}', b"[" * 200_000, b'{"a": ' * 100_000, b"9" * 10_000]
)
def test_what_is_not_json_is_malformed(body: bytes) -> None:
    (malformed,) = read_event(body)
    assert isinstance(malformed, Malformed)
    assert len(malformed.digest) == 64


@pytest.mark.parametrize(
    "tree",
    [
        {"imageId": TRAIL_IMAGE, "ossBucket": "acme-images-hangzhou", "regionId": "cn-hangzhou"},
        {"image_id": TRAIL_IMAGE, "oss_bucket": "acme-images-hangzhou", "region_id": "cn-hangzhou"},
        {"ImageID": TRAIL_IMAGE, "OSS-BUCKET": "acme-images-hangzhou", "colour": "red"},
        {"image_id": TRAIL_IMAGE, "Region_Id": "cn-hangzhou", "dry_run": True},
    ],
)
def test_a_request_in_another_spelling_is_rejected_with_the_names_that_were_meant(tree: Any) -> None:
    (malformed,) = read(tree)
    assert isinstance(malformed, Malformed)
    assert malformed.cause.code == "UnknownParameter"
    assert "did you mean ImageId?" in malformed.cause.message


@pytest.mark.parametrize(
    "tree",
    [
        {"imageId": TRAIL_IMAGE, "instanceId": "i-1"},
        {"image": TRAIL_IMAGE, "bucket": "acme-images-hangzhou"},
        {"regionId": "cn-hangzhou", "dry_run": True},
        {"image_id": TRAIL_IMAGE, "request_id": "R"},
    ],
)
def test_what_speaks_of_an_image_among_other_things_is_no_request(tree: Any) -> None:
    assert isinstance(read(tree)[0], Ignored)


@pytest.mark.parametrize("tree", [1, "text", None, True, {}, {"Hello": 1}, {"RequestId": "R", "ImageId": TRAIL_IMAGE}])
def test_other_json_and_answers_of_apis_are_ignored(tree: Any) -> None:
    assert isinstance(read(tree)[0], Ignored)


def test_a_body_in_the_apis_own_parameters_is_a_request() -> None:
    (request,) = read(DIRECT)
    assert request == DirectRequest(region_id="cn-hangzhou", image_id=TRAIL_IMAGE, oss_bucket="acme-images-hangzhou")


def test_a_request_in_which_a_parameter_stands_twice_is_malformed() -> None:
    (malformed,) = read_event(f'{{"ImageId": "{TRAIL_IMAGE}", "ImageId": "m-other", "OSSBucket": "abc"}}'.encode())
    assert isinstance(malformed, Malformed)


def test_a_request_with_faults_is_malformed_in_the_words_of_the_api() -> None:
    (malformed,) = read({"ImageId": TRAIL_IMAGE})
    assert (malformed.cause.code, "OSSBucket" in malformed.cause.message) == ("MissingParameter", True)


def test_envelopes_are_opened_only_so_deep() -> None:
    tree: Any = payload("cms-ecs-Image-StateChange")
    for _ in range(6):
        tree = [tree]
    assert isinstance(read(tree)[0], Ignored)


def in_array(text: str) -> Any:
    return [json.loads(text)]


def what(arrivals: tuple[Any, ...]) -> list[Any]:
    """The arrivals without what the messages around them are called."""
    return [(one.cause,) if isinstance(one, Malformed) else replace(one, event_id="") for one in arrivals]


INSIDE = [
    *(payload(name) for name in SIGHTINGS),
    *(payload(name) for name in ("cms-ecs-Instance-StateChange", "fc-timer-trigger", "ecs-DescribeTasks-response")),
    *(HARD, DIRECT, {**DIRECT, "Surplus": 1}, trail(responseElements={}, referencedResources={})),
    [DIRECT, payload("cms-ecs-Image-StateChange")],
]
WRAPS = st.tuples(st.sampled_from([in_topic, in_stream, in_queue, in_data, in_array]), st.sampled_from([*FORMS]))


@given(st.sampled_from(INSIDE), st.lists(WRAPS, max_size=4))
@settings(max_examples=300, deadline=None)
def test_whatever_messages_an_event_is_wrapped_in_it_is_the_same(tree: Any, wraps: list[Any]) -> None:
    wrapped = tree
    for wrap, form in wraps:
        text = raw(wrapped)
        wrapped = wrap(text if wrap is in_array else FORMS[form](text))
    assert what(read(wrapped)) == what(read(tree))


def hostile(size: int) -> dict[str, str]:
    """Texts that are read in several ways, and in vain by each."""
    return {
        "letters": "A" * size,
        "quotes": json.dumps('"' * size),
        "brackets": "[" * size,
        "nearly an object": '{"a": ' + json.dumps("x" * size),
        "blanks": " " * size,
        "base64 of blanks": encoded(" " * size),
        "dashes": "-_" * (size // 2),
        "texts in texts": FORMS["JSON of JSON of it"](FORMS["JSON of JSON of it"]("x" * (size // 4))),
        "an array of texts": json.dumps(["A" * 100] * (size // 100)),
        "separators": raw(trail(responseElements={"ImageId": ";" * size})),
    }


@pytest.mark.parametrize("name", hostile(4))
def test_what_is_read_of_a_text_grows_as_the_text_does(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in characters that the parser of JSON is given, for that is what takes time."""
    given_to: list[int] = []
    loads = json.loads

    def counted(text: str, **options: Any) -> Any:
        given_to.append(len(text))
        return loads(text, **options)

    monkeypatch.setattr("image_export.decisions.strict_json.json.loads", counted)
    body = json.dumps(in_topic(hostile(200_000)[name])).encode()
    assert read_event(body)
    assert sum(given_to) <= 12 * len(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *(
                        "specversion",
                        "type",
                        "data",
                        "product",
                        "name",
                        "content",
                        "Message",
                        "TopicName",
                        "body",
                        "attrs",
                    ),
                    *(
                        "ImageId",
                        "OSSBucket",
                        "imageId",
                        "currentState",
                        "eventName",
                        "eventType",
                        "acsRegion",
                        "messageBody",
                    ),
                    *("responseElements", "referencedResources", "requestParameters", "userIdentity", "RequestId"),
                ]
            ),
            inner
            | st.sampled_from(["ecs:Image:StateChange", "ecs:ActionTrail:ApiCall", "CreateImage", "Image:StateChange"]),
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_no_bytes_make_the_reader_raise(body: bytes) -> None:
    assert read_event(body) is not None


@given(JSON)
@settings(max_examples=500, deadline=None)
def test_no_json_makes_the_reader_raise(tree: Any) -> None:
    assert all(isinstance(one, Sighting | DirectRequest | Ignored | Malformed) for one in read(tree))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "The event is empty."),
        (b"\n", "The event is empty."),
        (json.dumps(DIRECT).encode("utf-16"), "The event is UTF-16, not JSON in UTF-8."),
        (gzip.compress(json.dumps(DIRECT).encode()), "The event is gzip, not JSON in UTF-8."),
        (
            json.dumps(DIRECT, indent=1).encode()[:-2],
            "The event is not JSON: Expecting ',' delimiter at line 4, column ",
        ),
        (b"[" * 100_000, "The event is nested too deep."),
        (b'{"ImageId": "\xff"}', "The event is not UTF-8: byte 0xff at position 13."),
    ],
    ids=["nothing", "a line feed", "UTF-16", "gzip", "half", "deep", "Latin 1"],
)
def test_an_event_that_is_no_json_is_named_for_what_it_is(body: bytes, said: str) -> None:
    (malformed,) = read_event(body)
    assert isinstance(malformed, Malformed)
    assert malformed.cause.message.startswith(said)


def test_a_byte_order_mark_before_an_event_is_taken_off() -> None:
    assert read_event(b"\xef\xbb\xbf" + json.dumps(DIRECT).encode()) == read(DIRECT)
