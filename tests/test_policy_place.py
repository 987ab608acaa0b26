"""A policy in OSS that cannot be read: 503 PolicyInvalid, never the code with which our own role was refused.

Over the handlers, with an OSS that answers as told.
"""

import json
from typing import Any

import pytest

import index
from image_export.edges.aliyun.oss import Oss
from image_export.errors import CloudFault, OurFault, Refused, Unanswered
from image_export.values.cause import Cause

from .test_index import context

__all__ = ["context"]
PLACE = "oss://acme-config/image-export/policy.yaml"


@pytest.fixture
def deployed(context: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The context of an instance whose policy is in OSS, and to whom FC lets everybody in."""
    monkeypatch.setenv("IMAGE_EXPORT_POLICY", PLACE)
    monkeypatch.setenv("IMAGE_EXPORT_HTTP_AUTH", "platform")
    return context


def answering(monkeypatch: pytest.MonkeyPatch, fault: CloudFault | None) -> None:
    """OSS says this of every object."""

    def get(_oss: Oss, _bucket: str, _key: str) -> None:
        if fault:
            raise fault

    monkeypatch.setattr(Oss, "get", get)


def refused(code: str, status: int) -> Refused:
    return Refused(Cause(code=code, message="No.", request_id="6B0B"), status=status)


def post(deployed: Any) -> tuple[int, dict[str, str], dict[str, Any]]:
    """Ask for an export: status, headers and error."""
    http = {"method": "POST", "path": "/exports"}
    body = json.dumps({"ImageId": "m-1", "OSSBucket": "acme-images"})
    event = {"headers": {"content-type": "application/json"}, "body": body, "requestContext": {"http": http}}
    answer = index.on_http(json.dumps(event).encode(), deployed)
    return answer["statusCode"], answer["headers"], json.loads(answer["body"])


@pytest.mark.parametrize(
    ("fault", "said", "advice"),
    [
        (
            refused("AccessDenied", 403),
            "AccessDenied",
            "oss:GetObject on acs:oss:*:*:acme-config/image-export/policy.yaml.",
        ),
        (refused("NoSuchBucket", 404), "NoSuchBucket", "Create the bucket"),
        (refused("InvalidObjectState", 403), "InvalidObjectState", "archived"),
        (None, "NoSuchKey", "Put the policy there"),
        (Unanswered(Cause(code="Unanswered", message="oss gave no answer.")), "Unanswered", "Ask again"),
    ],
    ids=["no right", "no bucket", "archived", "no object", "no answer"],
)
def test_it_is_503_with_the_address_the_clouds_code_and_what_to_do(
    deployed: Any, monkeypatch: pytest.MonkeyPatch, fault: CloudFault | None, said: str, advice: str
) -> None:
    answering(monkeypatch, fault)
    status, headers, error = post(deployed)
    assert (status, error["Code"], "retry-after" in headers) == (503, "PolicyInvalid", True)
    words = fault.cause.message if fault else "there is no such object"
    assert error["Message"] == f"The policy {PLACE} cannot be read: {said}: {words}"
    assert error["RequestId"] == (fault.cause.request_id if fault and fault.cause.request_id else "r-1")
    assert advice in error["Recommend"]


@pytest.mark.parametrize("handler", [index.on_event, index.on_nightly])
def test_an_event_and_a_night_are_raised_with_the_same_words_so_that_fc_repeats_them(
    deployed: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], handler: Any
) -> None:
    answering(monkeypatch, refused("AccessDenied", 403))
    with pytest.raises(OurFault, match=f"PolicyInvalid: The policy {PLACE} cannot be read: AccessDenied"):
        handler(b"{}", deployed)
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["event"], line["code"]) == ("invocation.refused", "PolicyInvalid")
    assert "oss:GetObject" in line["recommend"]
