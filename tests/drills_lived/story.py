"""What happens in a life of drills: hourly plans, people who ask and cancel, and what restores meet. By the seed."""

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import json

from image_export.use_cases.context import Context
from image_export.use_cases.drill.maintain import MaintainAnswer, on_maintain
from image_export.values.drill.steps import Instance
from tests.fakes import START
from tests.restore.world import ACCOUNT
from tests.restores_lived.story import Story

from .world import TYPES, DrillWorld, policy_of

MAINTAIN_S = 600.0  # s.yaml
HOURS = (2, 5, 5, 26)


class DrillStory(Story):
    """A life's happenings, each queued at its time."""

    world: DrillWorld

    def __init__(self, world: DrillWorld) -> None:
        self.world, self.random = world, world.random
        self.last_at = START
        self._strangers()
        self._plans()
        for one in [one for one in HAPPENS if one in world.ground.happens or self.random.random() < 0.12]:
            HAPPENS[one](self)

    # The hours

    def _plans(self) -> None:
        """The timer, once an hour; now and then FC sends it twice."""
        first = START + timedelta(minutes=60 * self.random.random())
        for hour in range(self.random.choice(HOURS)):
            for _ in range(2 if self.world.ground.together or self.random.random() < 0.2 else 1):
                at = first + timedelta(hours=hour, seconds=3 * self.random.random())
                self._maintain(at, b'{"payload": "", "triggerName": "everyHour"}', "plan")
                self.last_at = max(self.last_at, at)

    def _maintain(self, when: datetime, event: bytes, request_id: str) -> None:
        world = self.world

        def work(context: Context) -> MaintainAnswer:
            context.ledger.ready(anew=True)
            return on_maintain(context, event, request_id=request_id)

        def run() -> None:
            answer = world.work("maintain", MAINTAIN_S, work)
            if answer and answer.rejected:
                world.tell(f"  rejected: {answer.rejected.code}")

        world.baton.start(when, run)

    def asks(self) -> None:
        """Somebody asks for a drill by its export, perhaps as a plan is made."""
        beside = self.random.random() < 0.7 or self.world.ground.together
        when = START + timedelta(minutes=60 * self.random.random()) if not beside else self._first_plan()
        export = self.random.choice(self.world.exports).export_id
        order = {"Drill": export, "Name": self.random.choice(self.world.entries)}
        self._maintain(when + timedelta(seconds=3 * self.random.random()), json.encode(order), "person-1")

    def _first_plan(self) -> datetime:
        return self.world.baton.next_at or START

    def cancels(self) -> None:
        """Somebody cancels whatever drill there is."""
        self._cancels(self.at(4))

    def cancels_at_a_start(self) -> None:
        """Somebody cancels a drill as its instance is claimed."""
        self.world.at_claims.append(
            lambda: self._cancels(self.world.clock.now + timedelta(seconds=self.random.random()))
        )

    def _cancels(self, when: datetime) -> None:
        world = self.world

        def work(context: Context) -> str:
            for marker in list(context.ledger.walk("open-drills/")):
                drill = marker.key.rpartition("/")[2]
                world.tell(f"{drill} is cancelled")
                on_maintain(context, json.encode({"Cancel": drill}), request_id="person-2")
            return "done"

        world.baton.start(when, lambda: world.work("maintain", MAINTAIN_S, work))
        self.last_at = max(self.last_at, when)

    # Other people, and the cloud

    def _strangers(self) -> None:
        """Others have instances and images beside ours; one has the name of a drill's."""
        cloud = self.world.cloud(ACCOUNT)
        tags = {"team": "others", "imageexport:drill": "dri-aaaaaaaaaaaaaaaa"}
        cloud.strangers["i-bp1others"] = Instance(instance_id="i-bp1others", status="Running", tags=tags)
        cloud.make_foreign("golden-web-2026-11")
        self.world.reasons.discard("InvalidImageName.Duplicated")

    def takes_the_name(self) -> None:
        """Others make an image of the name that a drill's restore wants."""

        def take() -> None:
            for key in self.world.objects.below("drills/"):
                drill, _, fact = key.removeprefix("drills/").partition("/")
                if fact == "requested":
                    self.world.cloud(ACCOUNT).make_foreign(f"image-export-drill-{drill.removeprefix('dri-')}")

        self.world.baton.at(self.at(2), take)

    def untags(self) -> None:
        """Others take the tags off our newest image."""
        self.world.baton.at(self.at(3), self.world.cloud(ACCOUNT).untag)

    def deletes(self) -> None:
        """Others delete our newest image, with all that it is made of."""
        self.world.baton.at(self.at(3), self.world.cloud(ACCOUNT).lose)

    def sells_out(self) -> None:
        """Types are sold out for a while."""
        world, begins = self.world, self.at(3)
        sold = set(TYPES if self.random.random() < 0.3 else TYPES[:1])

        def sell() -> None:
            world.sold_out |= sold
            world.tell(f"  {sorted(sold)} sold out")

        world.baton.at(begins, sell)
        world.baton.at(begins + self.passing(), world.sold_out.clear)

    def rules_otherwise(self) -> None:
        """The policy cannot be read for a while, drills nothing, allows no restores, or names another role."""
        entries = self.world.entries
        others = [policy_of(()), policy_of((), "none"), policy_of(entries, "other"), policy_of(entries, "renamed")]
        policy = self.random.choice([None, *others])
        self._rules(policy, "the policy is another")


HAPPENS: dict[str, Callable[[DrillStory], None]] = {
    "asked for": DrillStory.asks,
    "cancelled": DrillStory.cancels,
    "cancelled at a start": DrillStory.cancels_at_a_start,
    "name taken": DrillStory.takes_the_name,
    "untagged": DrillStory.untags,
    "image deleted": DrillStory.deletes,
    "sold out": DrillStory.sells_out,
    "altered": DrillStory.alters,
    "rotten": DrillStory.rots,
    "quota": DrillStory.uses_up_the_quota,
    "role dead": DrillStory.kills_the_role,
    "silence": DrillStory.falls_silent,
    "policy": DrillStory.rules_otherwise,
    "events refused": DrillStory.refuses_events,
}
