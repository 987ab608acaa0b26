"""Everything there is in one life of restores: a ledger, clouds, people and workers who take turns at each call."""

import traceback
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, cast

import msgspec
from greenlet import getcurrent

from image_export.decisions.policy.file import read_policy
from image_export.errors import AskerFault, ImageExportError
from image_export.use_cases.context import Context
from image_export.use_cases.drill.ports import Drilling, DrillingCloud
from image_export.use_cases.ledger.ledger import Ledger
from image_export.use_cases.restore.ports import Importing
from image_export.values.account import AssumedRole
from image_export.values.image import Image
from image_export.values.manifest import Manifest
from image_export.values.policy import Policy
from image_export.values.restore.request import RESTORE_TAG
from tests.fakes import START, Died, FakeClouds, FakeLog, FakeNotifier, FakeStore, Objects, refused
from tests.restore.world import ACCOUNT, AWAY, AWAY_BUCKET, BUCKET, MANIFEST, POLICY, REGION, manifest
from tests.simulation.baton import Baton, CloudClock, Runner

from .cloud import LivingImporting, Readings
from .unpacker import LivingUnpacker
from .weather import Trouble, Weather

UNBOUNDED = 30  # so much longer a call takes where nobody kills whoever waits for it
OTHER_ACCOUNT = "6543210987654321"
NOTIFY = """
notify:
  - eventbridge: {bus: image-export, region: cn-hangzhou}
  - function: {function: after-restore}
"""
TARGETS = ("eventbridge:cn-hangzhou:image-export", "function:/after-restore")
RULED = read_policy((POLICY + NOTIFY).encode())
WITHOUT_ROLE = read_policy((POLICY + NOTIFY).replace("    restore_role_arn", "    # restore_role_arn").encode())
OTHER_ROLE = read_policy(
    (POLICY + NOTIFY).replace(f"{ACCOUNT}:role/image-restore", f"{OTHER_ACCOUNT}:role/image-restore").encode()
)
RENAMED = read_policy((POLICY + NOTIFY).replace("role/image-restore", "role/image-restore-2").encode())
WITHOUT_REGION = read_policy((POLICY + NOTIFY).replace(f", {AWAY}: {{bucket: {AWAY_BUCKET}}}", "").encode())
SAID = manifest()
BODY = msgspec.json.encode(SAID.wire())


@dataclass(frozen=True)
class Ground:
    """What is so in every life; nothing of it is against the rules, but what a mutant takes away."""

    kills: bool = True  # FC ends a worker at its time-out
    unversioned: bool = True  # the ledger's bucket
    imports: tuple[str, ...] = ()  # what mostly goes wrong with ImportImage
    faults: tuple[str, ...] = ()  # the same with any other call
    together: bool = False  # requests are sent several times at once
    archives: str = ""  # how the region takes archives
    happens: tuple[str, ...] = ()  # in every life, of `story.HAPPENS`
    fails: bool = False  # each import fails
    copies: bool = False  # each request is for another region


@dataclass(eq=False)
class Worker:
    """An invocation."""

    name: str
    deadline: datetime
    policy: Policy | None
    clock_is_off: timedelta = field(default_factory=timedelta)


class JumpingStore(FakeStore):
    """The ledger's bucket. Now and then the date of one answer is ahead."""

    world: "World"

    @property
    def now(self) -> datetime:
        at = super().now
        return at + timedelta(minutes=self.world.random.random() * 60) if self.world.jumps() else at


class NoDrills:
    """Fits `use_cases.drill.ports.DrillingClouds`, in a world that has none."""

    def at(self, role: AssumedRole, region_id: str, bucket: str) -> DrillingCloud:
        """Never called."""
        raise AssertionError((role, region_id, bucket))


class World:
    """One life's. `open_work`: below these names stands what is to be done yet; `ruled`: the policy of fair weather."""

    open_work: tuple[str, ...] = ("due/", "open-restores/")
    ruled = RULED

    def __init__(self, seed: int, ground: Ground, *, tracing: bool = False) -> None:
        self.seed, self.ground, self.tracing = seed, ground, tracing
        self.random = Random(seed)  # noqa: S311 - dice, not secrets
        self.clock = CloudClock()
        self.baton = Baton(self.clock)
        self.weather = Weather(self.random, ground.imports, ground.faults)
        self.readings = Readings.drawn(self.random, ground.archives)
        self.objects = Objects()
        self.trouble = Trouble(self)
        self.notifier = FakeNotifier(faults=self.trouble)
        self.log = FakeLog()
        self.policy: Policy | None = self.ruled
        self.fair_at = START
        self.clouds: dict[tuple[str, str], LivingImporting] = {}
        self.manifests: dict[str, Manifest] = {MANIFEST: SAID}
        self.unpacker = LivingUnpacker(self)
        self.jumping = self.random.random() < 0.2
        self.quota_used_until = self.role_dead_until = self.silent_until = START
        self.reasons: set[str] = set()  # the codes that may end a restore as Failed
        self.answers: dict[str, list[tuple[datetime, str]]] = defaultdict(list)  # of the cloud, by kind of call
        self.at_ends: list[Callable[[], None]] = []  # what happens as an import ends
        self.untagged: set[str] = set()
        self.asked: dict[tuple[str, str], set[str]] = {}  # by account and token, the restores that were answered
        self.broken: list[tuple[str, str]] = []
        self.trace: list[str] = []
        self._workers = 0
        self.cloud(ACCOUNT)

    # For the fakes

    def cloud(self, account_id: str, region_id: str = REGION) -> LivingImporting:
        """That account's in that region; the exported objects are in one of them."""
        place = account_id, region_id
        if place not in self.clouds:
            self.clouds[place] = LivingImporting(self, account_id, region_id)
            if region_id == REGION:
                self.clouds[place].hold(SAID)
        return self.clouds[place]

    def at(self, role: AssumedRole, region_id: str, bucket: str) -> LivingImporting:
        """Fits `ports.ImportingClouds`."""
        named = [RULED.accounts[0].restore_role, OTHER_ROLE.accounts[0].restore_role, RENAMED.accounts[0].restore_role]
        if role not in named or region_id not in (REGION, AWAY) or bucket != BUCKET:
            self.breaks("nothing outside the policy", f"{role} {region_id} {bucket}")
        return self.cloud(role.account_id, region_id)

    @property
    def importing(self) -> Importing:
        """What restores reach beyond a context."""
        return Importing(self, self.unpacker)

    @property
    def reach(self) -> Drilling:
        """The same for the watcher's tick."""
        return Drilling(self.importing, NoDrills(), str)

    @property
    def worker(self) -> Worker:
        """Who is running."""
        return cast(Worker, cast(Runner, getcurrent()).carries)

    def jumps(self) -> bool:
        """Whether this answer's date is wrong."""
        return self.jumping and not self.weather.fair and self.random.random() < 0.05

    def wait(self, seconds: float) -> None:
        """A call takes its time; FC kills whoever does not come back before the time-out."""
        worker = self.worker
        left_s = (worker.deadline - self.clock.now).total_seconds()
        if not self.ground.kills:
            seconds *= UNBOUNDED
        elif seconds >= left_s:
            self.baton.sleep(max(left_s, 0.0))
            self.tell(f"{worker.name} is killed at its time-out")
            raise Died
        self.baton.sleep(seconds)

    def dice(self, _about: str) -> float:
        """A throw."""
        return self.random.random()

    def final(self, code: str) -> BaseException:
        """A refusal that ends a restore."""
        self.reasons.add(code)
        return refused(code)

    # Work

    def work(self, kind: str, seconds: float, work: Callable[[Context], Any]) -> Any:
        """One invocation's work in the runner that runs; None where it died or failed."""
        self._workers += 1
        off = timedelta(minutes=self.random.uniform(-20, 20))
        worker = Worker(
            f"{kind}-{self._workers}", self.clock.now + timedelta(seconds=seconds), self.policy, clock_is_off=off
        )
        runner = getcurrent()
        assert isinstance(runner, Runner)
        runner.carries = worker
        try:
            return work(self._context(worker))
        except Died:
            self.tell(f"{worker.name} died")
        except ImageExportError as fault:
            self.tell(f"{worker.name} raised {fault}")
            if isinstance(fault, AskerFault):
                raise
        except Exception:  # noqa: BLE001 - a bug of ours
            self.breaks("no bug", f"{worker.name}: {traceback.format_exc(limit=-3)}")
        return None

    def _context(self, worker: Worker) -> Context:
        store = JumpingStore(self.clock, self.trouble, self.objects)
        store.world = self
        store.versioning = None if self.ground.unversioned else "Enabled"
        numbers = iter(range(10**6))
        ledger = Ledger(store, lambda: f"{worker.name}-{next(numbers)}")

        def remaining_s() -> float:
            return (worker.deadline - self.clock.now).total_seconds()

        log = self.log.bind(worker=worker.name) if self.tracing else self.log
        return Context(ledger, FakeClouds(self.clock), self.notifier, worker.policy, log, remaining_s)

    # What is seen

    def look_for_twins(self, restore: str) -> None:
        """At most one image of a restore is kept at any time."""
        kept = [one for one in self.outcomes(restore) if one["Kind"] == "keep"]
        if kept:
            self.breaks("one image", f"another image is made for {restore}, which keeps {kept[0]['ImageId']}")

    def outcomes(self, restore: str) -> list[dict[str, Any]]:
        """The outcomes that stand."""
        found = self.objects.below(f"restores/{restore}/outcome-")
        return [msgspec.json.decode(self.objects[key].body)["Fact"] for key in found]

    def judge_deletion(self, image: Image) -> None:
        """Only what carries our tag, and was not told as restored."""
        restore = image.tags.get(RESTORE_TAG)
        if restore is None:
            self.breaks("nothing of others is deleted", f"{image.image_id} with the tags {image.tags}")
        elif any(one["Kind"] == "keep" and one["ImageId"] == image.image_id for one in self.outcomes(restore)):
            self.breaks("one image", f"{image.image_id}, which was told as restored, is deleted")

    def tell(self, what: str) -> None:
        """A line of the trace."""
        if self.tracing:
            self.trace.append(f"{(self.clock.now - START).total_seconds():>10.1f}  {what}")

    def breaks(self, invariant: str, how: str) -> None:
        """An invariant was seen broken."""
        self.broken.append((invariant, how))
        self.tell(f"BROKEN {invariant}: {how}")
