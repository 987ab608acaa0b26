"""The world of one life: what the seed has drawn, what there is in it, and what was seen to break.

It wires the fakes together and puts the dice between every call and its effect. Not the story: that is `scenario.py`.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar, cast
from zlib import crc32

from greenlet import getcurrent

from image_export.errors import CloudFault, FactUnreadable
from image_export.use_cases.ledger.fact_store import Found
from image_export.use_cases.ledger.ledger import Ledger
from image_export.use_cases.ports import StartExport
from image_export.values.account import AssumedRole
from image_export.values.cause import Cause
from image_export.values.image import Image
from image_export.values.policy import Policy
from tests.fakes import START, Died, FakeLog, Faults, Objects, refused, unanswered

from .baton import Baton, CloudClock, Runner
from .channels import Channels
from .conditions import ConditionedStore, Conditions, EcsClock, lay_older_exports
from .dead import Dead
from .odd import Odd
from .policies import drawn, gates, places
from .targets import SILENT_S, Targets
from .tasks import LivingCloud, Readings
from .traced import TracedStore
from .weather import Weather

TOKENS_LAST_S = 3300.0
LISTED_AT_MOST = timedelta(minutes=19)  # 25 minutes after the claim, less the longest time to the call
UNBOUNDED = 5  # so much longer a worker may be frozen where nobody kills it
UNREADABLE_SHARE = 4  # one fact of so many, where some are unreadable

F = TypeVar("F")


@dataclass(frozen=True)
class Ground:
    """What the promises rest on, which a mutant may take away; and what is drawn, unless a mutant wants it so."""

    unversioned: bool = True
    kills: bool = True  # FC ends a worker at its time-out
    lag: timedelta | None = None  # a task is listed after so long, which may be beyond the wait
    fates: tuple[str, ...] = ()  # what becomes of our tasks; nothing here is against the rules
    starts: tuple[str, ...] = ()  # what mostly goes wrong with ExportImage; the same
    cancels: bool = False  # people cancel in every life
    refuses: bool = False  # notify targets refuse for days, up to thirty, in every life
    unresponsive: bool = False  # and rather than refuse they do not answer
    slow: bool = False  # a notify target takes long for each answer, in every life
    others: bool = False  # somebody else exports each image too
    blind: bool = False  # the policy cannot be read for a while in every life
    replays: bool = False  # what failed is done once more in every life, and a caller's token looks like ours
    odd: str = ""  # this is odd in every life (`odd.py`)
    late_tags: bool = False  # some image is tagged later in every life
    repeats: bool = False  # somebody sends every night's event again
    conditions: tuple[str, ...] = ()  # what holds in every life, of `conditions.KINDS`
    recalls: bool = False  # every life is of nights, and people cancel what they have recorded
    pauses: bool = False  # somebody pauses all starts for a while in every life
    channels: bool = False  # the policy names a webhook and a chat in every life
    dies: str = ""  # what stays refused in every life, by its name in `dead.py`

    @property
    def keeps_the_rules(self) -> bool:
        """Whether everything that the promises rest on is there."""
        return self.unversioned and self.kills and (self.lag or LISTED_AT_MOST) <= LISTED_AT_MOST


@dataclass(eq=False)
class Invocation:
    """One worker at work."""

    name: str
    deadline: datetime
    instance: "Instance"
    policy: Policy | None
    hindered: bool = False  # something kept it from a call, or from its answer
    role: tuple[str, str | None] = ("", None)  # in whose name it calls, and with which external id
    kind: str = "watch"
    began: datetime = START
    ended: datetime | None = None  # None: it did not come to its end
    waiting: frozenset[str] = frozenset()  # the exports that waited for room as it began
    delivered_at: datetime | None = None  # when it first turned to a notify target


class LedgerOfAProcess(Ledger):
    """The ledger as one process has it: its own clock is off, and it may be of a version that does not read all."""

    world: "World"
    clock_is_off = timedelta(0)

    def read(self, key: str, kind: type[F]) -> Found[F] | None:
        """The fact, unless another version wrote it."""
        found = super().read(key, kind)
        if found and self.world.unreadable(key):
            self.world.worker.hindered = True
            raise FactUnreadable(Cause(code="FactUnreadable", message=f"{key} cannot be understood."))
        return found


class Instance:
    """A warm process: what it keeps from one invocation to the next."""

    def __init__(self, world: "World") -> None:
        kind = TracedStore if world.tracing else ConditionedStore
        self.store = kind(world.clock, world.trouble, world.objects)
        self.store.conditions = world.conditions
        self.store.versioning = None if world.ground.unversioned else "Enabled"
        self.ledger = LedgerOfAProcess(self.store, world.nonce)
        self.ledger.world = world
        world.odd.may_read(self)
        self.ledger.clock_is_off = timedelta(minutes=world.random.uniform(-20, 20))
        self.tokens_until = world.clock.now + timedelta(seconds=TOKENS_LAST_S * world.random.random())


class Trouble(Faults):
    """The dice between a call and its effect. `place`: the account and region, where it is a call to one."""

    def __init__(self, world: "World", place: tuple[str, str] | None = None) -> None:
        super().__init__()
        self._world = world
        self._place = place
        self.about = ""

    def run(self, call: str, effect: Callable[[], Any]) -> Any:
        """The call under its dice; the worker is hindered by whatever it does not get an answer from."""
        try:
            return self._run(call, effect)
        except BaseException:
            self._world.worker.hindered = True
            raise

    def _run(self, call: str, effect: Callable[[], Any]) -> Any:
        world, weather = self._world, self._world.weather
        if self._place and world.silent_until.get(self._place, START) > world.clock.now:
            return self._in_vain(call, effect)
        kind = weather.trouble(call)
        waits_s = weather.waits_s(kind) * (1 if world.ground.kills or kind != "frozen" else UNBOUNDED)
        about = self.about
        world.wait(waits_s + world.odd.takes_s(call, of_cloud=self._place is not None))
        if world.dead_roles_until > world.clock.now and call in CLOUD_READS:
            raise refused("EntityNotExist.Role")
        if world.odd.loses(call):
            _unasked(effect)
            raise weather.lost()
        if world.dead and self._place:
            self._unless_dead(call, self._place)
        if world.tracing:
            about = about if call.split()[0] in ("get", "list", "create", "put", "delete") else ""
            world.tell(f"{world.worker.name} {call} {about}" + (f" [{kind}, {waits_s:.0f} s]" if kind else ""))
        if kind == "late" and call not in READS:
            world.baton.at(world.clock.now + timedelta(seconds=weather.late_s()), lambda: _unasked(effect))
            raise weather.lost()
        return weather.strike(kind, call, effect) if kind else effect()

    def _unless_dead(self, call: str, place: tuple[str, str]) -> None:
        """Raises Refused while the account's role, its rights or its bucket are gone."""
        world = self._world
        for dead in world.dead:
            if dead.account_id == place[0] and dead.refuses(call, world.worker.role, world.clock.now):
                world.refused_at[place].append(world.clock.now)
                world.tell(f"{world.worker.name} {call} is refused: {dead.code}")
                raise refused(dead.code)

    def _in_vain(self, call: str, effect: Callable[[], Any]) -> Any:
        """Nobody answers, and what was asked for may be done all the same."""
        world = self._world
        world.tell(f"{world.worker.name} {call} in vain")
        if call not in READS and world.random.random() < 0.5:
            _unasked(effect)
        world.wait(SILENT_S)
        raise unanswered("Unanswered")


READS = frozenset(
    {"get", "list", "versioned", "image", "images", "tasks", "export_tasks", "task", "object_keys", "object"}
)
CLOUD_READS = (READS - {"get", "list", "versioned"}) | {"export_image", "cancel_task", "put_object"}


def _unasked(effect: Callable[[], Any]) -> None:
    """Nobody waits for this answer any more."""
    try:
        effect()
    except CloudFault:
        return


@dataclass
class Clouds:
    """Where an invocation's clouds come from; nobody gets one that no policy has ever named."""

    world: "World"

    def at(self, role: AssumedRole, region_id: str, bucket: str) -> LivingCloud:
        """The gate of docs/protocol.md#p5."""
        if not self._was_named(role, region_id, bucket):
            self.world.breaks("nothing outside the policy", f"{role.role_arn} {region_id} {bucket} was touched")
        self.world.worker.role = (role.role_arn, role.external_id)
        return self.world.cloud(role.account_id, region_id)

    def _was_named(self, role: AssumedRole, region_id: str, bucket: str) -> bool:
        """A role that some policy has named, and a place that some policy has named for the same account."""
        gates = self.world.gates
        mine = {gate for gate in gates if gate[0].split(":")[3] == role.role_arn.split(":")[3]}
        return role.role_arn in {gate[0] for gate in mine} and (region_id, bucket) in {gate[1:] for gate in mine}

    def renew(self, role: AssumedRole, region_id: str) -> None:  # noqa: ARG002 - the port's parameters
        """Fresh credentials for this instance."""
        instance = self.world.worker.instance
        instance.tokens_until = self.world.clock.now + timedelta(seconds=TOKENS_LAST_S)


class World:
    """Everything there is in one life."""

    def __init__(self, seed: int, ground: Ground, *, tracing: bool = False) -> None:
        self.seed, self.ground, self.tracing = seed, ground, tracing
        self.random = Random(seed)  # noqa: S311 - dice, not secrets
        self.clock = CloudClock()
        self.conditions = Conditions.drawn(seed, ground.conditions)
        self.baton = Baton(self.clock)
        self.weather = Weather(self.random, ground.starts)
        self.odd = Odd(self)
        self.readings = Readings.drawn(self.random, ground.fates)
        self.objects = Objects()
        self.trouble = Trouble(self)
        self.channels = Channels(self)
        self.notifier = Targets(self)
        self.log = FakeLog()
        self.clouds: dict[tuple[str, str], LivingCloud] = {}
        self.ruled = drawn(self.random)
        self.places = places(self.ruled)
        self.policy: Policy | None = self.channels.within(self.ruled)
        self.gates = gates(self.ruled)
        self.steady = True  # the policy stays what it was, and so does what is wanted
        self.dead_roles_until = START
        self.silent_until: dict[tuple[str, str], datetime] = {}  # by account and region
        self.unreadable_until = START
        self.dead: list[Dead] = []
        self.fair_from = START  # when faults end
        self.unwatched: tuple[datetime, datetime] | None = None  # from when to when the watcher does not run
        self.refused_at: dict[tuple[str, str], list[datetime]] = defaultdict(list)  # by account and region
        self.pauses: list[tuple[datetime, datetime]] = []  # from when to when all starts were paused
        self.broken: list[tuple[str, str]] = []
        self.trace: list[str] = []
        self.writers: dict[str, Invocation] = {}  # by the nonce that they wrote with
        self.watchers: list[Invocation] = []

    # For the fakes

    def nonce(self) -> str:
        """A writer's own."""
        nonce = f"n{len(self.writers) + 1}"
        self.writers[nonce] = self.worker
        return nonce

    def cloud(self, account_id: str, region_id: str) -> LivingCloud:
        """The cloud of that account and region."""
        found = self.clouds.get((account_id, region_id))
        if found is None:
            lag = self.ground.lag or self.readings.lag
            clock = EcsClock(self.clock, self.conditions)
            found = LivingCloud(clock, Trouble(self, (account_id, region_id)), list_lag=lag, world=self)
            found.named_at_once = self.readings.names == "at once"
            found.resource_ids = self.readings.resource_ids
            self.clouds[account_id, region_id] = found
        return found

    @property
    def worker(self) -> Invocation:
        """Who is running."""
        return cast(Invocation, cast(Runner, getcurrent()).carries)

    def wait(self, seconds: float) -> None:
        """A call takes its time; FC kills who does not come back before his time-out."""
        worker = self.worker
        left_s = (worker.deadline - self.clock.now).total_seconds()
        if self.ground.kills and seconds >= left_s:
            self.baton.sleep(max(left_s, 0.0))
            self.tell(f"{worker.name} is killed at its time-out")
            self.odd.dies(worker.name)
            raise Died
        self.baton.sleep(seconds)

    def may_start(self, start: StartExport) -> None:
        """ExportImage with dead credentials is refused; one that the worker's policy does not allow must not be."""
        worker, policy = self.worker, self.worker.policy
        if policy is None or start.oss_bucket not in {bucket for _, _, bucket in gates(policy)}:
            self.breaks("nothing outside the policy", f"{worker.name} exports {start} against its policy")
        if worker.instance.tokens_until < self.clock.now:
            raise refused("InvalidSecurityToken.Expired")

    def unreadable(self, key: str) -> bool:
        """Whether it is one of those facts that cannot be understood for now."""
        return self.unreadable_until > self.clock.now and (crc32(key.encode()) + self.seed) % UNREADABLE_SHARE == 0

    # What happens, and what is seen

    def show(self, image: Image) -> None:
        """The image is there, like this, from now on."""
        cloud = self.cloud(image.account_id, image.region_id)
        new = image.image_id not in cloud.catalog
        cloud.catalog[image.image_id] = cloud.inventory[image.image_id] = image
        if new:
            lay_older_exports(self, image)
        self.tell(f"  image {image.image_id} {image.name} is {image.status}")

    def rule(self, policy: Policy | None) -> None:
        """This policy is in force; None: it cannot be read."""
        self.policy = policy and self.channels.within(policy)
        self.gates |= gates(policy) if policy else frozenset()
        self.tell(f"  policy: {policy and [account.name for account in policy.accounts]}")

    def clear_up(self) -> None:
        """Fair weather begins: faults end, and what is dead stays dead."""
        self.weather.fair = self.conditions.over = True
        self.fair_from = self.clock.now
        self.tell("fair weather")

    def tell(self, what: str) -> None:
        """A line of the trace."""
        if self.tracing:
            self.trace.append(f"{(self.clock.now - START).total_seconds():>10.1f}  {what}")

    def breaks(self, invariant: str, how: str) -> None:
        """An invariant was seen broken."""
        self.broken.append((invariant, how))
        self.tell(f"BROKEN {invariant}: {how}")
