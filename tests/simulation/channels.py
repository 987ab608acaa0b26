"""The channels of a life: a webhook that hears of all and a chat that hears of some, what their services answer, and
when the policy names them.

The dice are its own, so that lives without channels stay as they are. What must be true of them: `channel_checks.py`.
"""

from collections import deque
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec.structs import replace

from image_export.decisions.policy.file import read_policy
from image_export.errors import CloudFault, RefusedForGood
from image_export.values.cause import Cause
from image_export.values.notify_target import AnyChannel
from image_export.values.policy import Policy
from tests.builders import ACCOUNT, BUCKET, REGION
from tests.fakes import START, refused

if TYPE_CHECKING:
    from .scenario import Scenario
    from .world import World

SHARE = 0.06  # of the lives, which cost more than others
DAY_S = 86400.0
TAKES, IN, SHUT_FOR = 20, timedelta(minutes=1), timedelta(minutes=10)  # docs/cloud-facts.md#fact-17-2
CHAT_WANTS = frozenset({"Failed", "Stalled", "Completed"})
HANGS, TOO_FAST, GONE = "hangs", "Throttling.Channel", "no_service"
LASTS_S = {  # what a service answers for a while, and for how long at most
    "310000": (600.0, DAY_S, 3 * DAY_S, 30 * DAY_S),
    "RedirectRefused": (600.0, DAY_S),
    HANGS: (600.0, 5000.0, DAY_S),
    TOO_FAST: (600.0, 3000.0),  # others have used up what it takes
    GONE: (600.0, 5000.0, DAY_S),
}
SINCE_S = (0.0, 60.0, 3000.0, 20000.0)
WITHDRAWN_SHARE, COMES_BACK = 0.4, 0.75
RULED = read_policy(
    f"""
version: 1
accounts:
  - {{name: prod, role_arn: "acs:ram::{ACCOUNT}:role/image-export", destinations: {{{REGION}: {{bucket: {BUCKET}}}}}}}
notify:
  - webhook: {{name: ops, url: "env:IMAGE_EXPORT_OPS", secret: "env:IMAGE_EXPORT_OPS_SECRET"}}
  - dingtalk: {{name: oncall, url: "env:IMAGE_EXPORT_DINGTALK", events: [Failed, Stalled, Completed]}}
  - feishu: {{name: oncall, url: "env:IMAGE_EXPORT_FEISHU", events: [Failed, Stalled, Completed], lang: zh}}
  - wecom: {{name: oncall, url: "env:IMAGE_EXPORT_WECOM", events: [Failed, Stalled, Completed], lang: zh}}
  - slack: {{name: images, url: "env:IMAGE_EXPORT_SLACK", events: [Failed, Stalled, Completed]}}
""".encode()
)
WEBHOOK, *CHATS = RULED.channels


class Mood(NamedTuple):
    """What a service answers from one time to another."""

    since: datetime
    until: datetime
    answer: str


class Service:
    """What is behind one channel. A chat takes so many messages a minute, then none for ten minutes."""

    def __init__(self, moods: list[Mood], *, is_chat: bool) -> None:
        self._moods, self._is_chat = moods, is_chat
        self._taken: deque[datetime] = deque(maxlen=TAKES)
        self._shut_until = START

    @property
    def is_moody(self) -> bool:
        """Whether it does anything but to take what it is sent."""
        return bool(self._moods)

    @property
    def is_busy_for_a_while(self) -> bool:
        """Whether it takes nothing for a while, so that a tick has one try for all that it is owed."""
        return any(one.answer == TOO_FAST for one in self._moods)

    def mood(self, now: datetime) -> str:
        """What it answers now; empty where it takes what it is sent."""
        return next((one.answer for one in self._moods if one.since <= now < one.until), "")

    def take(self, now: datetime) -> None:
        """One message more. Raises Refused where that is too many."""
        if self._is_chat and len(self._taken) == TAKES and now - self._taken[0] < IN:
            self._shut_until = now + SHUT_FOR
        if now < self._shut_until:
            raise refusal(TOO_FAST)
        self._taken.append(now)


def refusal(answer: str) -> CloudFault:
    """A no, as the edge says it."""
    return RefusedForGood(Cause(code=GONE, message="There is no such robot.")) if answer == GONE else refused(answer)


def named_last(world: "World", began: datetime) -> frozenset[str]:
    """The channels of the last valid policy that the ledger knew then, and of any that it has learned of since."""
    known = [world.objects[key] for key in world.objects.below("watcher/policy/")]
    newest = max((one.modified_at for one in known if one.modified_at <= began), default=began)
    facts = [msgspec.json.decode(one.body)["Fact"] for one in known if one.modified_at >= newest]
    return frozenset(f"{one['kind']}:{one['name']}" for fact in facts for one in fact["Channels"])


class Channels:
    """Those of a life, if it has any."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.dice = Random(f"{world.seed}-channels")  # noqa: S311 - dice, not secrets
        self.services: dict[str, Service] = {}
        self.withdrawn: set[str] = set()  # those that the policy has not always named
        self._named: dict[str, AnyChannel] = {}
        if self.dice.random() < SHARE or world.ground.channels:
            for one in (WEBHOOK, self.dice.choice(CHATS)):
                self._named[one.name] = one
                self.services[one.name] = Service(self._moods(), is_chat=one is not WEBHOOK)

    def _moods(self) -> list[Mood]:
        dice, moods = self.dice, []
        for _ in range(dice.choice((0, 1, 1, 2))):
            answer = dice.choice([*LASTS_S])
            since = START + timedelta(seconds=dice.choice(SINCE_S) * dice.random())
            moods.append(Mood(since, since + timedelta(seconds=dice.choice(LASTS_S[answer]) * dice.random()), answer))
        return moods

    def within(self, policy: Policy) -> Policy:
        """The policy with the channels that it names now."""
        if not self.services:
            return policy
        addresses = {name: RULED.addresses[name] for name in self._named}
        return replace(policy, channels=tuple(self._named.values()), addresses=addresses)

    def come_and_go(self, scenario: "Scenario") -> None:
        """Now and then the policy names one no more, and later mostly names it again."""
        for name in self.services:
            if self.dice.random() >= WITHDRAWN_SHARE:
                continue
            self.withdrawn.add(name)
            from_s = 5 + self.dice.choice(SINCE_S[1:]) * self.dice.random()
            self._world.baton.at(scenario.at(from_s), lambda name=name: self._name(name, again=False))  # type: ignore[misc]
            if self.dice.random() < COMES_BACK:
                back_s = from_s + self.dice.choice((600.0, 5000.0, DAY_S)) * self.dice.random()
                self._world.baton.at(scenario.at(back_s), lambda name=name: self._name(name, again=True))  # type: ignore[misc]

    def _name(self, name: str, *, again: bool) -> None:
        self._world.tell(f"  the policy names {name} {'again' if again else 'no more'}")
        if again:
            self._named[name] = next(one for one in RULED.channels if one.name == name)
        else:
            del self._named[name]
        if self._world.policy:
            self._world.rule(self._world.policy)
