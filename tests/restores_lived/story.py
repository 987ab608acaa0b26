"""What happens in a life: who asks, calls off, and what other people and the cloud do meanwhile. All by the seed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from image_export.errors import AskerFault
from image_export.use_cases.context import Context
from image_export.use_cases.restore import facts
from image_export.use_cases.restore.begin import BegunRestore, begin, cancel
from image_export.values.export import RequestedBy
from image_export.values.restore.request import AskedRestore
from tests.fakes import START
from tests.restore.world import ACCOUNT, AWAY, MANIFEST, REGION

from .world import OTHER_ROLE, RENAMED, TARGETS, WITHOUT_REGION, WITHOUT_ROLE, World

HTTP_S = 120.0  # s.yaml
ASKER = RequestedBy(trigger="http", id="1-69240a40")
NAME = "golden-again"
TRIES = 6
COPIES = 0.25  # of lives ask for another region


class Story:
    """A life's happenings, each queued at its time. `last_at`: when nothing more is to come."""

    def __init__(self, world: World) -> None:
        self.world, self.random = world, world.random
        self.last_at = START
        self.copying = Random(f"copies {world.seed}")  # noqa: S311 - of its own: who does not copy has the dice as ever
        self.copies = world.ground.copies or self.copying.random() < COPIES
        names = [self._asks(number) for number in range(self.random.choice((1, 1, 1, 2)))]
        if names.count(NAME) > 1:
            world.reasons.add("InvalidImageName.Duplicated")
        happens = [one for one in HAPPENS if one in world.ground.happens or self.random.random() < 0.12]
        for one in happens:
            HAPPENS[one](self)

    def at(self, most_h: float) -> datetime:
        """Some time within so many hours, early times more often."""
        at = START + timedelta(hours=most_h * self.random.random() ** 3)
        self.last_at = max(self.last_at, at)
        return at

    def passing(self) -> timedelta:
        """For how long something lasts."""
        return timedelta(minutes=self.random.choice((3.0, 8.0, 90.0, 600.0)) * (0.5 + self.random.random() / 2))

    # Requests

    def _asks(self, number: int) -> str | None:
        random = self.random
        asked = AskedRestore(
            manifest=MANIFEST,
            region_id=AWAY if self.copies else None,
            image_name=random.choice((None, NAME)),
            unpack=random.choice(("auto", "auto", "auto", "always", "never")),
            disks=random.choice(("all", "all", "system")),
            client_token=f"token-{number}",
        )
        first = self.at(0.2)
        together = self.world.ground.together
        for _ in range(3 if together else random.choice((1, 1, 2, 3))):
            self._ask(first + timedelta(seconds=random.random() * (0.1 if together else 30)), asked, TRIES)
        return asked.image_name

    def _ask(self, when: datetime, asked: AskedRestore, tries: int) -> None:
        """A client asks, and again with the same token where no answer came."""
        world = self.world

        def work(context: Context) -> str:
            moved = begin(context, world.importing, asked, ASKER)
            if not isinstance(moved, BegunRestore):
                raise TypeError("it was no DryRun")
            record = moved.moved.record
            said = record.request.role.account_id, asked.client_token or ""
            world.asked.setdefault(said, set()).add(record.restore_id)
            return record.restore_id

        def run() -> None:
            try:
                answer = world.work("http", HTTP_S, work)
            except AskerFault:
                return
            if answer is None and tries:
                again = world.clock.now + timedelta(seconds=5 + world.random.random() * 200)
                self._ask(again, asked, tries - 1)

        world.baton.start(when, run)
        self.last_at = max(self.last_at, when)

    def calls_off(self) -> None:
        """Somebody cancels whatever there is."""
        self._calls_off(self.at(4))

    def calls_off_at_the_end(self) -> None:
        """Somebody cancels when an import has just ended."""
        world, random = self.world, self.random
        world.at_ends.append(lambda: self._calls_off(world.clock.now + timedelta(seconds=200 * random.random())))

    def _calls_off(self, when: datetime) -> None:
        world = self.world

        def work(context: Context) -> str:
            for name in sorted(context.ledger.walk("open-restores/"), key=lambda entry: entry.key):
                standing = facts.load(context.ledger, name.key.split("/")[1])
                if standing:
                    world.tell(f"{standing.restore_id} is called off")
                    cancel(context, world.importing, standing, ASKER)
            return "done"

        world.baton.start(when, lambda: world.work("http", HTTP_S, work))

    # Other people, and the cloud

    def takes_the_name(self) -> None:
        """Others make an image of the name, and may delete it again."""
        world, cloud = self.world, self.world.cloud(ACCOUNT, AWAY if self.copies else REGION)
        when, until = self.at(2), self.passing() if self.random.random() < 0.5 else None

        def make() -> None:
            image_id = cloud.make_foreign(NAME)
            if image_id and until:
                world.baton.at(world.clock.now + until, lambda: world.tell(f"  {cloud.images.pop(image_id) and ''}"))

        world.baton.at(when, make)

    def untags(self) -> None:
        """Others take the tags off our newest image."""
        self.world.baton.at(self.at(3), self.world.cloud(ACCOUNT).untag)

    def alters(self) -> None:
        """Others write over an exported object, or delete it."""
        key = self.random.choice(sorted(self.world.cloud(ACCOUNT).objects))
        gone = self.random.random() < 0.4
        self.world.baton.at(self.at(3), lambda: self.world.cloud(ACCOUNT).alter(key, gone=gone))

    def rots(self) -> None:
        """An exported object is broken, and its checksums do not tell."""
        cloud = self.world.cloud(ACCOUNT)
        cloud.rotten.add(self.random.choice(sorted(cloud.objects)))

    def _for_a_while(self, name: str) -> None:
        world, lasts = self.world, self.passing()

        def begin() -> None:
            setattr(world, name, world.clock.now + lasts)
            world.tell(f"  {name} {lasts}")
            if name == "role_dead_until" and lasts > timedelta(minutes=9):
                world.reasons.add("EntityNotExist.Role")

        world.baton.at(self.at(3), begin)

    def uses_up_the_quota(self) -> None:
        """No image can be made for a while."""
        self._for_a_while("quota_used_until")

    def kills_the_role(self) -> None:
        """Each call is refused for a while."""
        self._for_a_while("role_dead_until")

    def falls_silent(self) -> None:
        """No call is answered for a while."""
        self._for_a_while("silent_until")

    def rules_otherwise(self) -> None:
        """The policy cannot be read for a while, or does not allow restores, or names another role."""
        world = self.world
        policy = self.random.choice((None, WITHOUT_ROLE, OTHER_ROLE, RENAMED))
        if self.copies and self.copying.random() < 0.3:
            policy = WITHOUT_REGION
            world.reasons |= {"Forbidden.Policy"}
        self._rules(policy, "the policy is another")
        if policy is WITHOUT_ROLE or policy is OTHER_ROLE:
            world.reasons |= {"RestoreNotEnabled"}

    def _rules(self, policy: Any, what: str) -> None:
        world, begins, lasts = self.world, self.at(2), self.passing()

        def rule(one: Any) -> None:
            world.policy = one
            world.tell(f"  {what}: {one and one.accounts[0].restore_role_arn}")

        world.baton.at(begins, lambda: rule(policy))
        world.baton.at(begins + lasts, lambda: rule(world.ruled))
        self.last_at = max(self.last_at, begins + lasts)

    def refuses_events(self) -> None:
        """A notify target takes nothing for a while."""
        world, target, begins = self.world, self.random.choice(TARGETS), self.at(3)
        world.baton.at(begins, lambda: world.notifier.refusing.add(target))
        world.baton.at(begins + self.passing(), lambda: world.notifier.refusing.discard(target))


HAPPENS: dict[str, Callable[[Story], None]] = {
    "called off": Story.calls_off,
    "name taken": Story.takes_the_name,
    "untagged": Story.untags,
    "altered": Story.alters,
    "rotten": Story.rots,
    "called off at the end": Story.calls_off_at_the_end,
    "quota": Story.uses_up_the_quota,
    "role dead": Story.kills_the_role,
    "silence": Story.falls_silent,
    "policy": Story.rules_otherwise,
    "events refused": Story.refuses_events,
}
