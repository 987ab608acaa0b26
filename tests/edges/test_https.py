"""Without an endpoint, each service is called over HTTPS, on port 443 (docs/protocol.md#p5). Nothing leaves us."""

import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from image_export.edges.aliyun.credentials import Credentials, assume_role
from image_export.edges.aliyun.ecs import Ecs
from image_export.edges.aliyun.hosts import Addresses
from image_export.edges.aliyun.oss import Oss
from image_export.edges.aliyun.rpc import Rpc
from image_export.edges.notify.eventbridge import put_event
from image_export.edges.notify.fc import Fc
from image_export.edges.notify.notifier import AliyunNotifier
from image_export.errors import CloudFault, Unanswered, Unreached
from image_export.values.notify_target import Function
from image_export.values.place import Place, Scope
from tests.builders import ACCOUNT, BUCKET, BUS, FUNCTION, IMAGE, REGION, a_role

from .listening import closed_port, http, listening

FUNCTION_3 = Function(function="told")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
CLOUD = Addresses()


def minute() -> float:
    return 60.0


def base() -> Credentials:
    return Credentials("LTAI-made-up", "made-up-secret", "made-up-token")


def rpc() -> Rpc:
    return Rpc(base, CLOUD, minute)


def notifier() -> AliyunNotifier:
    return AliyunNotifier(base, CLOUD, Place(ACCOUNT, REGION), minute)


CALLS: dict[str, tuple[Callable[[], object], str]] = {
    "STS": (lambda: assume_role(rpc(), Scope(a_role(), REGION, BUCKET)), f"sts.{REGION}.aliyuncs.com"),
    "STS elsewhere": (
        lambda: assume_role(rpc(), Scope(a_role(), "ap-southeast-1", BUCKET)),
        "sts.ap-southeast-1.aliyuncs.com",
    ),
    "ECS": (lambda: Ecs(rpc(), ACCOUNT, REGION).image(IMAGE), "ecs-cn-hangzhou.aliyuncs.com"),
    "ECS of a region that no SDK knows": (
        lambda: Ecs(rpc(), ACCOUNT, "cn-nowhere-7").image(IMAGE),
        "ecs.cn-nowhere-7.aliyuncs.com",
    ),
    "OSS": (lambda: Oss(REGION, base, CLOUD, minute).get(BUCKET, "key"), f"{BUCKET}.oss-{REGION}.aliyuncs.com"),
    "EventBridge": (lambda: notifier().deliver(BUS, [{"id": "1"}]), f"eventbridge-console.{REGION}.aliyuncs.com"),
    "FC": (lambda: notifier().deliver(FUNCTION, [{"id": "1"}]), f"{ACCOUNT}.{REGION}.fc.aliyuncs.com"),
    "FC 3": (lambda: notifier().deliver(FUNCTION_3, [{"id": "1"}]), f"{ACCOUNT}.{REGION}.fc.aliyuncs.com"),
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The hosts and ports that are looked up; no name is known, so that nothing is connected to."""
    asked: list[tuple[str, int]] = []

    def unknown(host: str, port: int, *_rest: Any, **_more: Any) -> Any:
        asked.append((host, int(port)))
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    def no_connection(*_args: Any) -> Any:
        raise AssertionError("a connection was tried")

    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.setattr(socket.socket, "connect", no_connection)
    return asked


@pytest.mark.parametrize("service", CALLS)
def test_the_clouds_own_host_is_asked_on_port_443(service: str, asked: list[tuple[str, int]]) -> None:
    call, host = CALLS[service]
    with pytest.raises(CloudFault):
        call()
    assert asked == [(host, 443)]


@pytest.mark.parametrize("service", CALLS)
def test_a_name_that_is_not_known_means_that_nothing_was_sent(service: str, asked: list[tuple[str, int]]) -> None:
    with pytest.raises(Unreached) as caught:
        CALLS[service][0]()
    assert asked
    assert "made-up" not in str(caught.value)


LOOPBACK: dict[str, Callable[[Addresses], object]] = {
    "RPC": lambda at: Ecs(Rpc(base, at, minute), ACCOUNT, REGION).image(IMAGE),
    "OSS": lambda at: Oss(REGION, base, at, minute).get(BUCKET, "key"),
    "FC": lambda at: Fc(base, at, Place(ACCOUNT, REGION), minute).invoke(FUNCTION, {"id": "1"}),
    "FC 3": lambda at: Fc(base, at, Place(ACCOUNT, REGION), minute).invoke(FUNCTION_3, {"id": "1"}),
}


@pytest.mark.parametrize("call", LOOPBACK.values(), ids=list(LOOPBACK))
def test_a_loopback_endpoint_is_never_asked_through_a_proxy(
    call: Callable[[Addresses], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proxy does not listen: through it, nothing would be reached."""
    for name in PROXIES:
        monkeypatch.setenv(name, f"http://{closed_port()}")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with listening(http("503 Service Unavailable", b"")) as address, pytest.raises(Unanswered):
        call(Addresses(f"http://{address}"))


SIGNED: dict[str, tuple[Callable[[Addresses], object], bytes | None]] = {
    "ECS": (LOOPBACK["RPC"], None),
    "STS": (lambda at: assume_role(Rpc(base, at, minute), Scope(a_role(), REGION, BUCKET)), None),
    "EventBridge": (lambda at: put_event(Rpc(base, at, minute), BUS, {"id": "1"}), None),
    "OSS": (LOOPBACK["OSS"], b"OSS4-HMAC-SHA256 Credential=LTAI-made-up/"),
    "FC": (LOOPBACK["FC"], b"FC LTAI-made-up:"),
    "FC 3": (LOOPBACK["FC 3"], b"ACS3-HMAC-SHA256 Credential=LTAI-made-up,"),
}


@pytest.mark.parametrize(("call", "authorization"), SIGNED.values(), ids=list(SIGNED))
def test_a_netrc_adds_nothing_to_a_call_and_never_takes_the_place_of_its_signature(
    call: Callable[[Addresses], object],
    authorization: bytes | None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """RPC calls have their signature in the query, and no such header. `requests` reads NETRC, an older one HOME."""
    (tmp_path / ".netrc").write_text("default login somebody password else")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HOME", str(tmp_path))
    heard: list[bytes] = []
    with listening(http("503 Service Unavailable", b""), heard) as address, pytest.raises(CloudFault):
        call(Addresses(f"http://{address}"))
    (head,) = heard
    found = re.search(rb"^authorization: (.*?)\r$", head, re.IGNORECASE | re.MULTILINE)
    assert (found and found[1].startswith(authorization or b"nothing")) is (authorization and True)


@pytest.mark.parametrize("service", ["STS", "ECS", "OSS", "EventBridge", "FC", "FC 3"])
def test_a_proxy_that_refuses_to_connect_means_that_nothing_was_sent(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy", *PROXIES):
        monkeypatch.delenv(name, raising=False)
    call, host = CALLS[service]
    heard: list[bytes] = []
    with listening(http("403 Forbidden", b""), heard) as address:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{address}")
        with pytest.raises(Unreached):
            call()
    assert [head.split()[:2] for head in heard] == [[b"CONNECT", f"{host}:443".encode()]]
