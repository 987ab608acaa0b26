"""What happens in the two weeks, drawn from a seed: images, how their exports go, faults. Knows no emulator.

One seed is one calendar; whatever a run of it does differently has come of time and processes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

OURS, THEIRS = "1234567890123456", "2222222222222222"
GROUPS = (
    (OURS, "cn-hangzhou"),
    (OURS, "cn-shanghai"),
    (OURS, "ap-southeast-1"),
    (THEIRS, "cn-hangzhou"),
    (THEIRS, "cn-beijing"),
)
DAYS, QUIET_FROM = 14, 7  # from then on no event tells of any image
DOWN, DOWN_DAYS = "cn-shanghai", range(4, 7)
KEPT_DAYS = 8  # then an image is deleted, as rotating images are
NIGHT, DAY = 2.0, 8.0  # hours
PRIORITY = {"golden": 100, "daily": 10, "app": 0}
MOST_A_NIGHT = 4  # of the rule `daily`, everywhere together
POLICY = f"""
version: 1
accounts:
  - name: ours
    role_arn: acs:ram::{OURS}:role/image-export
    destinations:
      cn-hangzhou: {{bucket: acme-images-hangzhou, prefix: nightly}}
      cn-shanghai: {{bucket: acme-images-shanghai}}
      ap-southeast-1: {{bucket: acme-images-singapore}}
  - name: theirs
    role_arn: acs:ram::{THEIRS}:role/image-export
    destinations:
      cn-hangzhou: {{bucket: acme-images-their-hangzhou}}
      cn-beijing: {{bucket: acme-images-their-beijing}}
rules:
  - {{name: golden, when: [image-created, nightly], match: {{name: "golden-*"}}, priority: {PRIORITY["golden"]}}}
  - name: daily
    when: [nightly]
    match: {{tags: {{backup: daily}}}}
    priority: {PRIORITY["daily"]}
    max_per_run: {MOST_A_NIGHT}
  - {{name: app, when: [nightly], match: {{name: "app-*", newer_than: 30d}}, priority: {PRIORITY["app"]}}}
notify:
  - eventbridge: {{bus: image-export, region: cn-hangzhou}}
  - function: {{service: images, function: after-export}}
"""

Fault = dict[str, Any]


@dataclass(frozen=True)
class Birth:
    """An image that is made at this hour of a day. `rule`: the one that wants it, if one does."""

    day: int
    hour: float
    image_id: str
    account_id: str
    region: str
    rule: str | None
    takes_s: int
    fails_first: bool  # its first export fails; it is mended the day after
    events: int  # so many events tell of it

    @property
    def group(self) -> tuple[str, str]:
        """Its account and region."""
        return self.account_id, self.region

    def fields(self) -> dict[str, Any]:
        """As the control call wants it."""
        name = {"daily": "web-daily", None: "scratch"}.get(self.rule, f"{self.rule}-web")
        tags = [{"TagKey": "backup", "TagValue": "daily"}] if self.rule == "daily" else []
        return {
            "ImageId": self.image_id,
            "RegionId": self.region,
            "ImageOwnerId": int(self.account_id),
            "ImageName": name,
            "Tags": {"Tag": tags},
            "_export": {"outcome": "fail" if self.fails_first else "finish", "takes_s": self.takes_s},
        }


class Calendar:
    """The days of a seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def _dice(self, what: str, day: int) -> Random:
        return Random(f"{what} {self._seed} {day}")  # noqa: S311 - a plan, no secret

    def births(self, day: int) -> list[Birth]:
        """The images of a day, in order."""
        dice = self._dice("births", day)
        made = []
        for number in range(dice.randint(7, 9)):
            account, region = GROUPS[(day + number) % len(GROUPS)]
            rule = dice.choice(("golden", "daily", "daily", "app", "app", None))
            events = dice.choice((0, 1, 1, 1, 2)) if day < QUIET_FROM else 0
            made.append(
                Birth(
                    day=day,
                    hour=round(dice.uniform(DAY + 1, 20), 2),
                    image_id=f"m-bp1d{day:02d}n{number}x{dice.getrandbits(40):010x}",
                    account_id=account,
                    region=region,
                    rule=rule,
                    takes_s=dice.randint(600, 9000),
                    fails_first=rule == "daily" and dice.random() < 0.15,
                    events=events if rule == "golden" else min(events, 1),
                )
            )
        return sorted(made, key=lambda birth: birth.hour)

    def cut(self, day: int) -> list[Fault]:
        """What cuts off every third night's run: a kill at a write, or calls so slow that the time runs out."""
        dice = self._dice("cut", day)
        if day % 3 != 1:
            return []
        if day % 6 == 1:
            kind, write = dice.choice(("kill_before", "kill_after")), dice.randint(1, 12)
            return [{"service": "oss", "action": "PutObject", "kind": kind, "skip": write}]
        slow = {"service": "ecs", "action": "DescribeImages", "kind": "slow", "delay_s": 1.5}
        return [{**slow, "times": 3, "skip": dice.randint(0, 2)}]

    def faults(self, day: int, share: float = 0.02) -> list[Fault]:
        """What meets the calls of a day: one in fifty, whatever it is; more than enough for a day."""
        dice = self._dice("faults", day)
        return [
            fault for (service, action), calls in CALLS.items() for fault in _some(dice, service, action, calls, share)
        ]


# So many calls of each action at the most that a day makes.
CALLS = {
    ("oss", "PutObject"): 1500,
    ("oss", "GetObject"): 2500,
    ("oss", "ListObjectsV2"): 1500,
    ("oss", "DeleteObject"): 800,
    ("oss", "HeadObject"): 400,
    ("oss", "GetBucketVersioning"): 100,
    ("sts", "AssumeRole"): 400,
    ("ecs", "DescribeImages"): 500,
    ("ecs", "DescribeTasks"): 400,
    ("ecs", "DescribeTaskAttribute"): 200,
    ("ecs", "ExportImage"): 100,
    ("eventbridge", "PutEvents"): 100,
    ("fc", "InvokeFunction"): 100,
}
KINDS = ("throttle", "http_500", "http_503", "reset_before", "reset_after", "slow")


def _some(dice: Random, service: str, action: str, calls: int, share: float) -> Iterator[Fault]:
    at = 0
    while (at := at + int(dice.expovariate(share))) < calls:
        yield {"service": service, "action": action, "kind": dice.choice(KINDS), "skip": at, "delay_s": 0.05}


def down() -> list[Fault]:
    """Every call to ECS in a region fails, until the orders are taken back."""
    actions = ("DescribeImages", "DescribeTasks", "DescribeTaskAttribute", "ExportImage", "CancelTask")
    where = {"service": "ecs", "kind": "reset_before", "times": 1_000_000, "params": {"RegionId": DOWN}}
    return [{**where, "action": action} for action in actions]
