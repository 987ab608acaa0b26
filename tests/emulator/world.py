"""An emulated cloud in a thread of this process, and the vendors' clients that talk to it."""

import asyncio
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import alibabacloud_oss_v2 as oss
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.auth.credentials import StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import AcsRequest

from alicloud_emulator.cloud import Cloud, Settings
from alicloud_emulator.identity import AccessKey
from alicloud_emulator.server import serve
from tests.patience import HANGS_S


class World:
    """What a test sees of an emulated cloud: control calls and SDK clients, over the wire."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.endpoint = cloud.endpoint
        self.administrator = cloud.identity.administrator

    def get(self, path: str) -> Any:
        """The answer to a GET control call."""
        return self._control("GET", path, None)

    def post(self, path: str, body: Any = None) -> Any:
        """The answer to a POST control call; a refusal is raised as HTTPError."""
        return self._control("POST", path, body)

    def create_image(self, **fields: Any) -> dict[str, Any]:
        """An image of cn-hangzhou, unless the fields say otherwise."""
        image: dict[str, Any] = self.post("images", {"RegionId": "cn-hangzhou", **fields})
        return image

    def advance(self, seconds: float) -> None:
        """Let cloud time jump."""
        self.post("clock", {"advance_s": seconds})

    def calls(self, service: str, action: str) -> list[dict[str, Any]]:
        """The log's entries for one action."""
        entries = self.get("calls")["calls"]
        return [entry for entry in entries if (entry["service"], entry["action"]) == (service, action)]

    def send(self, request: AcsRequest, key: AccessKey | None = None, region: str = "cn-hangzhou") -> Any:
        """Send a request of the core SDK and decode its answer; refusals are the SDK's own exceptions."""
        host, port = self.endpoint.removeprefix("http://").split(":")
        request.set_endpoint(host)
        request.set_protocol_type("http")
        request.set_accept_format("JSON")
        return json.loads(acs_client(key or self.administrator, region, int(port)).do_action_with_exception(request))

    def oss(self, key: AccessKey | None = None, region: str = "cn-hangzhou") -> oss.Client:
        """An OSS client that makes one attempt."""
        key = key or self.administrator
        config = oss.config.load_default()
        config.credentials_provider = oss.credentials.StaticCredentialsProvider(
            key.access_key_id, key.secret, key.security_token
        )
        config.region = region
        config.endpoint = self.endpoint
        config.use_path_style = True
        config.retry_max_attempts = 1
        return oss.Client(config)

    def _control(self, method: str, path: str, body: Any) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self.endpoint}/_emulator/{path}", data, method=method)  # noqa: S310 - loopback
        with urllib.request.urlopen(request, timeout=HANGS_S) as answer:  # noqa: S310 - loopback
            return json.load(answer)


def acs_client(key: AccessKey, region: str, port: int) -> AcsClient:
    """A client of the core SDK that makes one attempt."""
    if key.security_token is None:
        return AcsClient(key.access_key_id, key.secret, region, auto_retry=False, port=port)
    credential = StsTokenCredential(key.access_key_id, key.secret, key.security_token)
    return AcsClient(region_id=region, credential=credential, auto_retry=False, port=port)


@contextmanager
def running(settings: Settings) -> Iterator[World]:
    """Serve a cloud in a thread with an event loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def start() -> tuple[Cloud, Any]:
        cloud = Cloud(settings)
        return cloud, await serve(cloud)

    async def stop(cloud: Cloud, runner: Any) -> None:
        await cloud.stop()
        await runner.cleanup()

    try:
        cloud, runner = asyncio.run_coroutine_threadsafe(start(), loop).result(HANGS_S)
        try:
            yield World(cloud)
        finally:
            asyncio.run_coroutine_threadsafe(stop(cloud, runner), loop).result(HANGS_S)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def code_of(world: World, request: AcsRequest, key: AccessKey | None = None) -> tuple[int, str]:
    """Status and code of the refusal that a request meets."""
    try:
        answer = world.send(request, key)
    except ServerException as refusal:
        return refusal.http_status, refusal.error_code
    raise AssertionError(f"not refused: {answer}")
