"""What a fault says about whether the call happened (docs/protocol.md#rule-6), through each SDK and a real socket."""

import json
from collections.abc import Callable

import pytest

from image_export.edges.aliyun.credentials import Credentials
from image_export.edges.aliyun.ecs import Ecs
from image_export.edges.aliyun.hosts import Addresses
from image_export.edges.aliyun.oss import Oss
from image_export.edges.aliyun.rpc import Rpc
from image_export.edges.faults import quoted
from image_export.edges.notify.notifier import AliyunNotifier
from image_export.errors import CloudFault, Refused, Unanswered, Unreached
from image_export.use_cases.ports import StartExport
from image_export.values.place import Place
from tests.builders import ACCOUNT, BUCKET, FUNCTION, IMAGE, REGION

from .listening import closed_port, http, listening

SECRETS = ("made-up-secret", "made-up-token")
START = StartExport(IMAGE, BUCKET, "nightly", "raw", None)


def minute() -> float:
    return 60.0


def base() -> Credentials:
    return Credentials("LTAImadeupkeyid", "made-up-secret", "made-up-token")


def export(address: str) -> object:
    return Ecs(Rpc(base, Addresses(address), minute), ACCOUNT, REGION).export_image(START)


def create(address: str) -> object:
    return Oss(REGION, base, Addresses(address), minute).create(BUCKET, "key", b"{}")


def read(address: str) -> object:
    return Oss(REGION, base, Addresses(address), minute).get(BUCKET, "key")


def invoke(address: str) -> None:
    AliyunNotifier(base, Addresses(address), Place(ACCOUNT, REGION), minute).deliver(FUNCTION, [{"id": "1"}])


EDGES: dict[str, Callable[[str], object]] = {"ECS": export, "OSS write": create, "OSS read": read, "FC": invoke}
every_edge = pytest.mark.parametrize("call", EDGES.values(), ids=list(EDGES))


def fault_of(call: Callable[[str], object], answer: bytes | None, scheme: str = "http") -> CloudFault:
    """What the call makes of that answer."""
    with listening(answer) as address, pytest.raises(CloudFault) as caught:
        call(f"{scheme}://{address}")
    assert not [secret for secret in SECRETS if secret in f"{caught.value} {caught.value.cause}"]
    return caught.value


def ecs_error(status: str, **fields: str) -> bytes:
    return http(status, json.dumps({"RequestId": "R-1", "Message": "no", **fields}).encode())


@every_edge
def test_a_refused_connection_means_that_nothing_was_sent(call: Callable[[str], object]) -> None:
    with pytest.raises(Unreached):
        call(f"http://{closed_port()}")


@every_edge
def test_a_failed_tls_handshake_means_that_nothing_was_sent(call: Callable[[str], object]) -> None:
    assert isinstance(fault_of(call, b"this is no TLS", "https"), Unreached)


@every_edge
@pytest.mark.parametrize(
    "answer",
    [
        None,
        b"",
        b"HTTP/1.1 200",
        b"no HTTP at all\r\n\r\n",
        http("200 OK", b'{"TaskId":', length="500"),
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n500\r\n{"TaskId":',
        http("500 Internal Server Error", b"<html>"),
        http("502 Bad Gateway", b"\xff\xfe", "text/html"),
        http("503 Service Unavailable", b""),
        http("302 Found", b"", Location="http://127.0.0.1:1/"),
        http("400 Bad Request", b"<html>a proxy says no</html>", "text/html"),
        http("403 Forbidden", b"[]"),
        http("403 Forbidden", b"17"),
        http("200 OK", b"<html>a proxy says hello</html>", "text/html"),
    ],
    ids=lambda answer: repr(answer)[:40],
)
def test_whatever_is_no_answer_of_the_cloud_leaves_it_in_doubt(
    call: Callable[[str], object], answer: bytes | None
) -> None:
    assert isinstance(fault_of(call, answer), Unanswered)


@pytest.mark.parametrize("body", [b"{}", b"[]", b"null", b'{"TaskId": ""}', b'{"TaskId": 7}', b"\xff"])
def test_a_started_export_without_a_task_id_is_in_doubt(body: bytes) -> None:
    assert isinstance(fault_of(export, http("200 OK", body)), Unanswered)


def test_a_well_formed_refusal_keeps_the_clouds_words() -> None:
    fault = fault_of(export, ecs_error("403 Forbidden", Code="ImageIsExporting", Message="The image is exporting."))
    assert isinstance(fault, Refused)
    assert (fault.code, fault.status, fault.cause.request_id) == ("ImageIsExporting", 403, "R-1")
    assert fault.cause.message == "The image is exporting."


@pytest.mark.parametrize(
    ("status", "code"),
    [("400 Bad Request", "SignatureNonceUsed"), ("500 X", "InternalError"), ("503 X", "ServiceUnavailable")],
)
def test_a_repeated_nonce_and_a_broken_server_leave_it_in_doubt(status: str, code: str) -> None:
    fault = fault_of(export, ecs_error(status, Code=code))
    assert isinstance(fault, Unanswered)
    assert fault.code == code


def test_throttling_is_a_refusal() -> None:
    assert isinstance(fault_of(export, ecs_error("400 Bad Request", Code="Throttling.User")), Refused)


def test_the_answer_to_a_wrong_signature_is_read_without_its_text() -> None:
    message = "Specified signature is not matched with our calculation."
    fault = fault_of(export, ecs_error("400 Bad Request", Code="SignatureDoesNotMatch", Message=message))
    assert isinstance(fault, CloudFault)


def test_a_secret_in_the_clouds_message_is_taken_out() -> None:
    message = "Bad request: SecurityToken=abcdefghijklmn&Signature=opqrstuvwxyz%3D"
    fault = fault_of(export, ecs_error("400 Bad Request", Code="InvalidParameter", Message=message))
    assert "abcdefgh" not in str(fault)
    assert "opqrstu" not in str(fault)


def test_what_a_stranger_says_moves_no_cursor_and_turns_no_text_around() -> None:
    cause = quoted("\x1b[2Jcode", "\x1b]0;title\x07\u202eevil\r\nnew \x9b31m 金", "\x1b[1A")
    assert (cause.code, cause.request_id) == (" [2Jcode", " [1A")
    assert cause.message == " ]0;title  evil  new  31m 金"
