"""What a client is asked in one go: calls with a key, through the proxy, to a cloud that can be seen and turned."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from alicloud_emulator.cloud import Cloud
from alicloud_emulator.identity import AccessKey
from tests.clients.driver import Answer, Driver
from tests.clients.tampering import Proxy
from tests.emulator.world import World

REGION = "cn-hangzhou"
LATER = timedelta(minutes=16)  # a minute more than a signature is good for


@dataclass(slots=True, kw_only=True)
class Session:
    """One client and one cloud. `options` are the driver's own: method, format, signature, style."""

    driver: Driver
    world: World
    proxy: Proxy
    options: Mapping[str, str] = field(default_factory=dict)

    def ask(self, call: str, key: AccessKey | None = None, **params: Any) -> Answer:
        """Make a call, as the administrator unless a key says otherwise."""
        key = key or self.world.administrator
        return self.driver.ask(
            call,
            endpoint=self.proxy.endpoint,
            region=REGION,
            key_id=key.access_key_id,
            secret=key.secret,
            token=key.security_token,
            params=params,
            **self.options,
        )

    def fields(self, call: str, key: AccessKey | None = None, **params: Any) -> Mapping[str, Any]:
        """What the client reads of an answer, which must be a success."""
        answer = self.ask(call, key, **params)
        assert answer.code == "", f"{call}: {answer.code} {answer.said}"
        return answer.fields

    def outcome(self, call: str, key: AccessKey | None = None, **params: Any) -> str:
        """The status on the wire and the code that the client found."""
        answer = self.ask(call, key, **params)
        return f"{self.proxy.status} {answer.code}".strip()

    def wrong_key(self) -> AccessKey:
        """The administrator's key with another secret."""
        return replace(self.world.administrator, secret="wrong" * 6)

    def session_key(self, role: str, valid_s: float = 3600) -> AccessKey:
        """The key of a role's session, which may do what template.yml says; a negative validity has ended already."""
        cloud = self.world.cloud
        arn, ends = f"acs:ram::{cloud.account_id}:role/{role}", cloud.clock.now() + timedelta(seconds=valid_s)
        return cloud.identity.issue(f"{arn}/conformance", expires_at=ends, role=arn)

    @contextmanager
    def flipping(self, what: str) -> Iterator[None]:
        """One byte of the signature or of the body is another on its way."""
        self.proxy.flip = what
        try:
            yield
        finally:
            self.proxy.flip = ""

    @contextmanager
    def later(self) -> Iterator[None]:
        """The cloud judges signatures by a clock that is ahead."""
        with ahead(self.world.cloud):
            yield


@contextmanager
def ahead(cloud: Cloud) -> Iterator[None]:
    """Its wall clock, 16 minutes later."""
    cloud.clock.wall = lambda: datetime.now(timezone.utc) + LATER  # type: ignore[method-assign]
    try:
        yield
    finally:
        del cloud.clock.wall
