"""What the edges say of a call that cannot be made or must not be, and what their messages leave out."""

import socket

import pytest

from image_export.edges.aliyun.clouds import AliyunCloud, AliyunClouds
from image_export.edges.aliyun.credentials import Credentials
from image_export.edges.aliyun.hosts import Addresses
from image_export.edges.aliyun.oss import Oss
from image_export.edges.faults import unconnected
from image_export.edges.retrying import Retrying
from image_export.errors import CloudFault, Unanswered, Unreached
from tests.contract.worlds import BUCKET, REGION, ROLE, EdgeWorld, impatient

from .listening import closed_port, listening

KEY = Credentials("STS.MadeUpKeyId", "made-up-secret-of-a-test", "made-up-token-of-a-test")


def oss_at(endpoint: str) -> Oss:
    return Oss(REGION, lambda: KEY, Addresses(endpoint), lambda: 300.0)


def cloud_at(endpoint: str) -> AliyunCloud:
    return AliyunClouds(lambda: KEY, Addresses(endpoint), impatient()).at(ROLE, REGION, BUCKET)


def test_a_chain_of_faults_that_comes_back_to_itself_has_an_end() -> None:
    outer, inner = OSError("outer"), OSError("inner")
    outer.__cause__, inner.__cause__ = inner, outer
    assert isinstance(unconnected("ecs", outer), Unanswered)


def test_a_connection_time_out_is_unreached(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_args: object, **_kwargs: object) -> None:
        raise TimeoutError("timed out")

    monkeypatch.setattr(socket.socket, "connect", late)
    with pytest.raises(Unreached):
        cloud_at("https://127.0.0.1:9").image("m-bp1any")
    with pytest.raises(Unreached):
        oss_at("https://127.0.0.1:9").get("bucket", "key")


def test_a_read_time_out_is_unanswered(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_args: object, **_kwargs: object) -> None:
        raise TimeoutError("timed out")

    with listening(b"never read") as address:
        monkeypatch.setattr(socket.socket, "recv_into", late)
        with pytest.raises(Unanswered):
            cloud_at(f"http://{address}").image("m-bp1any")
        with pytest.raises(Unanswered):
            oss_at(f"http://{address}").create("bucket", "key", b"body")


def test_a_start_is_not_begun_when_the_invocation_is_about_to_end(world: EdgeWorld) -> None:
    hurried = Retrying(remaining_s=lambda: 9.0, sleep=lambda _s: None, random=lambda: 0.0)
    image_id = world.add_image()
    with pytest.raises(Unreached):
        world.export(image_id, hurried)
    assert world.calls() == []


def test_a_start_is_not_begun_where_assuming_the_role_took_its_time(world: EdgeWorld) -> None:
    left_s = iter([60.0, 60.0])  # before AssumeRole, and for its time-outs; nothing is left behind it
    slow = Retrying(remaining_s=lambda: next(left_s, 1.7), sleep=lambda _s: None, random=lambda: 0.0)
    image_id = world.add_image()
    with pytest.raises(Unreached):
        world.export(image_id, slow)
    assert "ExportImage" not in [call["action"] for call in world.calls()]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_broken_connection_is_told_without_the_request(scheme: str) -> None:
    """The libraries' own texts quote the URL, and with it signature and token."""
    with pytest.raises(CloudFault) as told:
        cloud_at(f"{scheme}://{closed_port()}").image("m-bp1any")
    assert "Signature" not in str(told.value)
    assert "?" not in str(told.value)
    assert "refused" in str(told.value)
