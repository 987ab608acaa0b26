"""Exports as they lie in the ledger in some state: one lives through the project's own code over the fakes, and the
others are its copies under their own names. Which words are an export's own, the project's own code says.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from image_export.decisions.arrivals.timer import Timer
from image_export.decisions.naming import natural_key, oss_prefix
from image_export.use_cases.night.run import nightly
from image_export.values.facts import LedgerIdentity
from image_export.values.place import Scope
from image_export.values.policy import Destination
from tests.builders import ACCOUNT, BUCKET, IMAGE, REGION, a_record, a_request, a_role, an_image
from tests.fake_world import FakeWorld
from tests.fakes import FakeCloud

TASK = "tsk-0001"
THE_LEDGER = LedgerIdentity(id="bench")


HOME = Scope(a_role(), REGION, BUCKET)


class Words(NamedTuple):
    """What only this export's keys and bodies hold. The ExportId is made of the natural key."""

    image_id: str
    natural_key: str
    own_prefix: str
    task_id: str


@dataclass(frozen=True, slots=True)
class Life:
    """One export's objects in the ledger."""

    objects: Mapping[str, bytes]
    scope: Scope

    def of(self, image_id: str, task_id: str = TASK) -> Iterator[tuple[str, bytes]]:
        """The same life, of another image's export."""
        old, new = words_of(self.scope, IMAGE, TASK), words_of(self.scope, image_id, task_id)
        for key, body in self.objects.items():
            for one, other in zip(old, new, strict=True):
                key, body = key.replace(one, other), body.replace(one.encode(), other.encode())
            yield key, body


def words_of(scope: Scope, image_id: str, task_id: str) -> Words:
    """The words of the first export of that image."""
    request = a_request(image_id=image_id, region_id=scope.region_id, oss_bucket=scope.bucket, ledger_id=THE_LEDGER.id)
    prefix = oss_prefix(request, a_record(request=request).export_id, 0)
    return Words(image_id, natural_key(request), prefix.removeprefix(request.caller_prefix), task_id)


def waiting(now: datetime, scope: Scope = HOME) -> Life:
    """Recorded by a night, and waiting for room."""
    return lived(now, scope, lambda _world, _cloud: None)


def running(now: datetime, scope: Scope = HOME) -> Life:
    """Started by the watcher."""
    return lived(now, scope, lambda world, _cloud: world.tick(minutes=1))


def done(now: datetime, scope: Scope = HOME) -> Life:
    """Completed, and everybody has been told."""

    def live(world: FakeWorld, cloud: FakeCloud) -> None:
        world.tick(minutes=1)
        cloud.finish(TASK)
        world.tick(minutes=10)
        if world.keys("open/"):
            raise AssertionError(f"the export has not come to its end: {world.keys('open/')}")

    return lived(now, scope, live)


def lived(now: datetime, scope: Scope, live: Callable[[FakeWorld, FakeCloud], object], image_id: str = IMAGE) -> Life:
    """A night records the image's export, and then it lives like this."""
    world = FakeWorld("when: [image-created, nightly]")
    world.clock.now = now
    world.change_account(destinations={scope.region_id: Destination(bucket=scope.bucket, prefix="nightly")})
    cloud = world.clouds.of(ACCOUNT, scope.region_id)
    cloud.inventory = {image_id: an_image(image_id=image_id, region_id=scope.region_id)}
    world.context().ledger.mark("ledger/id", THE_LEDGER)
    nightly(world.context(), Timer(run_id="night"), request_id="night")
    live(world, cloud)
    mine = (words_of(scope, image_id, TASK).natural_key, TASK)
    objects = {key: stored.body for key, stored in world.store.objects.items() if any(word in key for word in mine)}
    return Life(objects, scope)
