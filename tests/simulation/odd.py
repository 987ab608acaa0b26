"""What is odd in a life without any call failing: objects that are refused, entries that nobody can read, a cloud that
takes its time, arrays that are too large for one invocation. Dice of its own: lives without it stay as they are.

The weather is calm then, so that whatever goes wrong is wrong.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

import msgspec

from image_export.use_cases.ports import Stored
from image_export.values.task import ObjectName, Task
from tests.fakes import START, refused

if TYPE_CHECKING:
    from .scenario import Scenario
    from .world import Instance, World

SHARE = 0.04  # of all lives
ARCHIVED_SHARE = 0.3  # of the facts
LASTS_S = (600.0, 86400.0, 9 * 86400.0)
SLOW_S = 6.0  # a call to ECS
CROWD = 60  # tasks of others, whose image the list does not say
LEDGER_S = 0.7
ARRAY = 30


class Odd:
    """What is odd now."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.random = Random(f"{world.seed}-odd")  # noqa: S311 - dice, not secrets
        drawn = self.random.choice((*KINDS,)) if self.random.random() < SHARE else ""
        self.kind = world.ground.odd or drawn
        self.until = START
        self.losing = 3
        self.archived: dict[str, Stored] = {}
        self.asked: list[tuple[str, str, str]] = []  # by arrays: account, region and image
        if self.kind:
            world.weather.fair = True

    def happen(self, scenario: "Scenario") -> None:
        """Put what makes this life odd into its story."""
        if self.kind:
            KINDS[self.kind](self, scenario)

    @property
    def lasts(self) -> bool:
        """Whether it is not over yet."""
        return self.until > self._world.clock.now

    def takes_s(self, call: str, *, of_cloud: bool) -> float:
        """How much longer a call takes."""
        if self.kind == "slow" and of_cloud:
            return SLOW_S
        return LEDGER_S if self.kind == "array" and not of_cloud and call != "tell" and self.lasts else 0.0

    def may_read(self, instance: "Instance") -> None:
        """Let OSS refuse what was archived, until it is restored or written anew."""
        whole = instance.store.get

        def get(key: str) -> Stored | None:
            found = whole(key)
            if self.lasts and key in self.archived and found is self.archived[key]:
                self._world.worker.hindered = True
                raise refused("InvalidObjectState")
            return found

        if self.kind == "archived":
            instance.store.get = get  # type: ignore[method-assign]

    def dies(self, worker: str) -> None:
        """A worker is killed at its time-out: no tick may be, in calm weather."""
        if self.kind and worker.startswith("watch"):
            self._world.breaks(DIES, worker)

    def loses(self, call: str) -> bool:
        """Whether the answer to this call is lost: some of the first to ExportImage, where a crowd hides its task."""
        if self.kind != "slow" or call != "export_image" or not self.losing:
            return False
        self.losing -= 1
        return self.random.random() < 0.7

    def crowd(self, at: datetime) -> list[Task]:
        """Tasks of others, as a list shows them that does not say of which image they are."""
        many = CROWD if self.kind == "slow" else 0
        return [Task(task_id=f"tsk-x{number}", status="Finished", created_at=at) for number in range(many)]


def theirs(task_id: str, at: datetime) -> Task | None:
    """One of the crowd, whole."""
    if not task_id.startswith("tsk-x"):
        return None
    name = ObjectName(oss_bucket="theirs", key="theirs_m-x_system.raw.tar.gz")
    return Task(task_id=task_id, status="Finished", created_at=at, objects=(name,))


def _archive(odd: Odd, scenario: "Scenario") -> None:
    """Some facts are archived by a rule, and restored later."""
    world, random, from_s = odd._world, odd.random, scenario.soon_s() + 5  # noqa: SLF001 - of this file
    odd.until = START + timedelta(seconds=from_s + random.choice(LASTS_S[:2]))

    def begin() -> None:
        keys = [key for key in world.objects if key != "ledger/id" and random.random() < ARCHIVED_SHARE]
        odd.archived.update({key: world.objects[key] for key in keys})

    world.baton.at(scenario.at(from_s), begin)
    scenario.night(from_s + 60)


def _poison(odd: Odd, scenario: "Scenario") -> None:
    """What runs by then is shown in a shape that nobody knows; then a night falls."""
    world, random = odd._world, odd.random  # noqa: SLF001 - of this file
    scenario.send(scenario.request_of(scenario.add_image(0.0)), 5.0)
    odd.until = START + timedelta(seconds=600 + LASTS_S[-1] * random.random())

    def poison() -> None:
        for cloud in world.clouds.values():
            cloud.poisoned |= set(cloud.running)

    def heal() -> None:
        for cloud in world.clouds.values():
            cloud.poisoned.clear()

    for account, region, _ in world.places:  # there is room for everybody
        cloud = world.cloud(account, region)
        cloud.concurrent_exports, cloud.weekly_exports = 100, 1000
    world.baton.at(START + timedelta(seconds=9), poison)
    world.baton.at(odd.until, heal)
    for _ in range(2):
        scenario.add_image(20.0, "backup-daily")
    scenario.night(400.0)


def _slow(_odd: Odd, scenario: "Scenario") -> None:
    """ECS answers after seconds, and shows a crowd; somebody's answers to ExportImage are lost."""
    for _ in range(2):
        scenario.add_image(20.0, "backup-daily")
    scenario.night(400.0)


def _array(odd: Odd, scenario: "Scenario") -> None:
    """One event asks for many images, while each call to the ledger takes its time."""
    world = odd._world  # noqa: SLF001 - of this file
    account, region, bucket = odd.random.choice(world.places)
    ids = [f"m-{world.seed}y{number}" for number in range(ARRAY)]
    odd.asked = [(account, region, image_id) for image_id in ids]
    odd.until = START + timedelta(hours=2)
    asked = [{"AccountId": account, "RegionId": region, "ImageId": one, "OSSBucket": bucket} for one in ids]
    scenario.send(msgspec.json.encode(asked), scenario.soon_s())


KINDS: dict[str, Callable[[Odd, "Scenario"], None]] = {
    "archived": _archive,
    "poisoned": _poison,
    "slow": _slow,
    "array": _array,
}
DIES = "no tick dies of its looks"
