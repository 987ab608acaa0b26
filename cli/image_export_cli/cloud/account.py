"""One account of the cloud in somebody's name: whoever deploys, or a role that they can assume. Decides nothing."""

import random
import time
import uuid
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from image_export.edges.aliyun.credentials import RoleSessions
from image_export.edges.aliyun.hosts import Addresses
from image_export.edges.aliyun.oss_store import OssStore
from image_export.edges.aliyun.rpc import Rpc
from image_export.edges.notify.eventbridge import put_event
from image_export.edges.notify.notifier import AliyunNotifier
from image_export.edges.outward.client import Outward
from image_export.edges.retrying import Retrying
from image_export.use_cases.ledger.ledger import Ledger
from image_export.values.account import AssumedRole
from image_export.values.notify_target import AnyChannel, ChannelAddress, EventBus
from image_export.values.place import Place, Scope
from image_export.values.settings import Settings

from .buckets import Bucket, Buckets, LifecycleRule
from .clouds import PersonalClouds
from .functions import Functions
from .keys.finding import Keys
from .probes import denied
from .rpc_calls import Caller, Documents, Role, assumed, caller, role

PATIENCE_S = 30.0  # a call; a doctor is waited for
TEST_EVENT = "imageexport:Doctor:Test"


class CloudAccount:
    """Every call raises CloudFault; reads are retried as the functions retry theirs."""

    def __init__(self, keys: Keys, addresses: Addresses, region: str) -> None:
        self._keys = keys
        self._addresses = addresses
        self._region = region
        self._rpc = Rpc(keys, addresses, _patience)
        self._retrying = Retrying(_patience, sleep=time.sleep, random=random.random)
        self._documents: Documents = {}
        self._buckets: dict[str, Buckets] = {}

    @property
    def region(self) -> str:
        """Where the functions are."""
        return self._region

    def caller(self) -> Caller:
        """Who this is."""
        return self._retrying(lambda: caller(self._rpc, self._region))

    def role(self, name: str) -> Role | None:
        """A role of this account."""
        return self._retrying(lambda: role(self._rpc, name, self._documents))

    def assume(self, wanted: AssumedRole) -> "CloudAccount":
        """The account of that role, in its name, for as long as it takes."""
        sessions = RoleSessions(
            lambda _: self._retrying(lambda: assumed(self._rpc, wanted, self._region)),
            lambda: datetime.now(timezone.utc),
        )
        there = Scope(wanted, self._region, "")
        sessions.credentials(there)
        return CloudAccount(lambda: sessions.credentials(there), self._addresses, self._region)

    def denied(self, region: str, bucket: str) -> set[str]:
        """Actions of an export that this account's identity is denied there, tried by calls that change nothing."""
        return self._retrying(lambda: set(denied(self._rpc, self._in(region), region, bucket)))

    def lifecycle(self, region: str, name: str) -> list[LifecycleRule]:
        """What happens in time to the objects of a bucket there."""
        return self._retrying(lambda: self._in(region).lifecycle(name))

    def bucket(self, region: str, name: str) -> Bucket | None:
        """A bucket, asked for in that region."""
        return self._retrying(lambda: self._in(region).bucket(name))

    def cloud_time(self) -> datetime | None:
        """The cloud's clock as the latest answer of OSS in our region had it, a refusal included."""
        now = self._in(self._region).now
        return now and now.astimezone(timezone.utc)

    def ledger(self, settings: Settings) -> Ledger:
        """The ledger, to be read."""
        store = OssStore(self._in(self._region), settings.ledger_bucket, settings.ledger_prefix, self._retrying)
        return Ledger(store, nonce=lambda: uuid.uuid4().hex)

    def clouds(self, account_id: str) -> PersonalClouds:
        """The accounts of the policy, `account_id` being this one's."""
        return PersonalClouds(account_id, self._keys, self._addresses)

    def stored(self, bucket: str, key: str, region: str | None = None) -> bytes | None:
        """An object of that region, or of our own."""
        found = self._retrying(lambda: self._in(region or self._region).get(bucket, key))
        return found and found.body

    def functions(self, account_id: str) -> Functions:
        """The functions of our region, `account_id` being this account's."""
        return Functions(self._keys, self._addresses, (account_id, self._region), _patience)

    def test_event(self, bus: EventBus) -> None:
        """Publish an event that no rule of image-export means."""
        put_event(self._rpc, bus, _test_event())

    def test_message(self, channel: AnyChannel, address: ChannelAddress, environ: Mapping[str, str]) -> None:
        """Send the same to a channel, with the variables that its function has. Raises CloudFault."""
        home = Place("", self._region)  # nobody is invoked
        AliyunNotifier(self._keys, self._addresses, home, _patience, environ).deliver(channel, [_test_event()], address)

    def may_be_called(self, url: str) -> None:
        """Whether an address outside would be called as it stands. Raises Refused; asks nobody."""
        Outward(self._addresses.endpoint, _patience).parts(url)

    def _in(self, region: str) -> Buckets:
        if region not in self._buckets:
            self._buckets[region] = Buckets(region, self._keys, self._addresses, _patience)
        return self._buckets[region]


def _test_event() -> dict[str, Any]:
    return {
        "id": f"doctor-{uuid.uuid4().hex}",
        "source": "image-export",
        "specversion": "1.0",
        "type": TEST_EVENT,
        "subject": "doctor",
        "time": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "datacontenttype": "application/json",
        "data": {"Test": True},
    }


def _patience() -> float:
    return PATIENCE_S
