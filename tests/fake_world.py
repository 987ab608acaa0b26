"""The use cases over fakes: one ledger, one cloud, as many workers as a test wants."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from image_export.decisions.policy.file import read_policy
from image_export.use_cases.context import Context
from image_export.use_cases.entrances.receive import receive
from image_export.use_cases.ledger.ledger import Ledger
from image_export.use_cases.ports import Stored
from image_export.use_cases.watch.watch import watch
from image_export.values.answer import Answer
from image_export.values.cause import Cause
from image_export.values.image import Image
from image_export.values.policy import Policy

from .builders import ACCOUNT, BUCKET, IMAGE, REGION, an_image
from .fakes import Clock, Died, FakeCloud, FakeClouds, FakeLog, FakeNotifier, FakePinger, FakeStore, no_restores

POLICY = f"""
version: 1
accounts:
  - name: prod
    role_arn: acs:ram::{ACCOUNT}:role/image-export
    destinations: {{{REGION}: {{bucket: {BUCKET}, prefix: nightly}}}}
rules: [{{name: golden, when: [image-created], match: {{name: "golden-*"}}}}]
notify:
  - eventbridge: {{bus: image-export, region: {REGION}}}
  - function: {{service: images, function: after-export}}
"""
BUS, FUNCTION = f"eventbridge:{REGION}:image-export", "function:images/after-export"


class FakeWorld:
    """A world in memory."""

    def __init__(self, when: str = "when: [image-created]") -> None:
        self.clock = Clock()
        self.store = FakeStore(self.clock)
        self.clouds = FakeClouds(self.clock)
        self.notifier = FakeNotifier()
        self.pinger = FakePinger()
        self.log = FakeLog()
        self.policy: Policy | None = read_policy(POLICY.replace("when: [image-created]", when).encode())
        self.policy_fault: Cause | None = None  # why there is none, where there is none
        self.left_alone: dict[str, datetime] = {}  # what a warm instance remembers
        self.remaining_s = 120.0
        self.sweeps = False  # whether ticks look for images that no event told of
        self.stands_still = False  # whether nobody has ticked in the time that passes before a tick
        self._nonces = 0
        self.show(an_image())

    @property
    def cloud(self) -> FakeCloud:
        """The account's cloud in the region of the examples."""
        return self.clouds.of(ACCOUNT, REGION)

    def change_account(self, **changes: Any) -> None:
        """The policy's account is like this from now on."""
        assert self.policy is not None
        self.change(accounts=(replace(self.policy.accounts[0], **changes),))

    def change(self, **changes: Any) -> None:
        """The policy is like this from now on."""
        assert self.policy is not None
        self.policy = replace(self.policy, **changes)

    def show(self, image: Image) -> None:
        """The image is there, like this, from now on."""
        self.cloud.inventory[image.image_id] = image

    def context(self) -> Context:
        """The collaborators of a new worker."""
        ledger = Ledger(self.store, self._nonce)
        return Context(
            ledger,
            self.clouds,
            self.notifier,
            self.policy,
            self.log,
            lambda: self.remaining_s,
            self.policy_fault,
            left_alone=self.left_alone,
        )

    def _nonce(self) -> str:
        self._nonces += 1
        return f"nonce-{self._nonces}"

    # What happens

    def tell(self, image_id: str = IMAGE) -> Answer:
        """The image's event arrives."""
        event = {
            "id": "e-1",
            "product": "ECS",
            "name": "Image:StateChange",
            "regionId": REGION,
            "userId": ACCOUNT,
            "content": {"imageId": image_id, "currentState": "Available"},
        }
        return self.receive(json.dumps(event).encode())

    def receive(self, body: bytes, request_id: str = "r-1") -> Answer:
        """Any event arrives."""
        return receive(self.context(), body, request_id=request_id, region_id=REGION)

    def ask(self, request_id: str = "r-1", **parameters: Any) -> Answer:
        """A direct request arrives, in the ExportImage API's own parameters."""
        body = {"ImageId": IMAGE, "OSSBucket": BUCKET, **parameters}
        return self.receive(json.dumps(body).encode(), request_id)

    def tick(self, **later: float) -> Answer:
        """Time passes, and the watcher looks."""
        self.clock.advance(**later)
        if self.policy and not self.sweeps and not self.store.versioning:
            groups = [
                (account.account_id, region) for account in self.policy.accounts for region in account.destinations
            ]
            for account_id, region in groups:
                self.store.objects[f"swept/{account_id}/{region}"] = Stored(b"", self.clock.now)
        if not self.stands_still and "watcher/succeeded" in self.store.objects:
            at = max(self.store.objects["watcher/succeeded"].modified_at, self.clock.now - timedelta(minutes=14))
            self.store.objects["watcher/succeeded"] = Stored(b"", at.replace(microsecond=0))
        return watch(self.context(), pinger=self.pinger, reach=no_restores, request_id="tick")

    def surviving(self, work: Callable[[], Any]) -> bool:
        """Whether the worker lived to the end of its work."""
        try:
            work()
        except Died:
            return False
        return True

    # What there is

    def keys(self, part: str) -> list[str]:
        """The ledger's keys that hold this."""
        return [key for key in self.store.objects if part in key]

    def requested(self) -> list[str]:
        """The images that have an export, one entry for each export."""
        records = filter(None, (self.context().ledger.load(key.split("/")[1]) for key in self.keys("/requested")))
        return sorted(record.request.image_id for record in records)

    @property
    def task_id(self) -> str:
        """The only task there is."""
        (task_id,) = self.cloud.running
        return task_id
