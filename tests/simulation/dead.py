"""What stays refused: roles, keys and buckets that are gone for good, for a while, or until the policy follows.

The dice are its own, so that lives without such a condition stay what they are. Each condition ends, or the exports
that it hits do: after a fortnight of looks that were all refused for one cause.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from msgspec.structs import replace as changed

from image_export.values.policy import Policy
from tests.fakes import START

if TYPE_CHECKING:
    from .scenario import Scenario

SHARE = 1 / 40  # of all lives
DAY_S = 86400.0

TASKS = frozenset({"tasks", "task", "export_tasks"})
OBJECTS = frozenset({"object", "object_keys", "put_object"})
EVERYTHING = TASKS | OBJECTS | {"image", "images", "export_image", "cancel_task"}


@dataclass(frozen=True)
class Dead:
    """Calls of one account that are refused from one time to another. `until` None: for good.

    `role_arn`, `external_id`: through that role alone, or without that id. `mends`: the policy knows a way by then.
    """

    account_id: str
    calls: frozenset[str]
    code: str
    since: datetime
    until: datetime | None = None
    role_arn: str | None = None
    external_id: str | None = None
    mends: datetime | None = None

    def refuses(self, call: str, role: tuple[str, str | None], now: datetime) -> bool:
        """Whether this call is refused, in the name of that role and with that external id."""
        if call not in self.calls or now < self.since or (self.until and now >= self.until):
            return False
        arn, external_id = role
        return self.role_arn in (None, arn) and (self.external_id is None or self.external_id != external_id)

    def lasts(self, first: datetime, last: datetime) -> bool:
        """Whether nothing could be looked at in all that time."""
        return self.since <= first and (self.until is None or self.until >= last) and not self.mends


def die(scenario: "Scenario", wanted: str) -> None:
    """Draw what dies in this life, if anything does; `wanted` names the kind that a mutant needs."""
    world = scenario.world
    random = Random(f"{world.seed}-dead")  # noqa: S311 - dice, not secrets
    if not wanted and random.random() >= SHARE:
        return
    account = random.choice(world.ruled.accounts).account_id
    since = START + timedelta(seconds=random.choice((60.0, 3600.0, 20000.0)) * random.random())
    dead = Dead(account, EVERYTHING, "EntityNotExist.Role", since)
    KINDS[wanted or random.choice([*KINDS])](scenario, dead, random)
    world.steady = False
    if random.random() < 0.3:
        scenario.cancel_one((since - START).total_seconds() + DAY_S)


def _role_is_gone(scenario: "Scenario", dead: Dead, random: Random) -> None:
    scenario.world.dead += [replace(dead, code=random.choice(("EntityNotExist.Role", "NoPermission")))]


def _tasks_are_denied(scenario: "Scenario", dead: Dead, _random: Random) -> None:
    scenario.world.dead += [replace(dead, calls=TASKS, code="Forbidden.RAM")]


def _objects_are_denied(scenario: "Scenario", dead: Dead, random: Random) -> None:
    code = random.choice(("AccessDenied", "NoSuchBucket", "InvalidObjectState"))
    calls = frozenset({"object"}) if code == "InvalidObjectState" else OBJECTS
    scenario.world.dead += [replace(dead, calls=calls, code=code)]


def _role_comes_and_goes(scenario: "Scenario", dead: Dead, _random: Random) -> None:
    """Twice for ten days, with a day between; then it works."""
    for begins in (0, 11):
        since = dead.since + timedelta(days=begins)
        scenario.world.dead += [replace(dead, since=since, until=since + timedelta(days=10))]


def _nobody_watches(scenario: "Scenario", dead: Dead, _random: Random) -> None:
    """The watcher looks a few times, then not for weeks; then it finds that the role works after all."""
    world = scenario.world
    world.dead += [replace(dead, until=dead.since + timedelta(days=17))]
    world.unwatched = (dead.since + timedelta(hours=12), dead.since + timedelta(days=16, hours=12))


def _role_has_moved(scenario: "Scenario", dead: Dead, random: Random) -> None:
    """The policy names a new role, by then or some days later; the old one is gone for good."""
    world, old = scenario.world, _arn(scenario.world.ruled, dead.account_id)
    mends = dead.since + timedelta(days=random.choice((0, 3)))
    world.dead += [replace(dead, role_arn=old, mends=mends)]
    _account_becomes(scenario, dead, mends, role_arn=f"{old}-2")


def _external_id_has_changed(scenario: "Scenario", dead: Dead, random: Random) -> None:
    """The role asks for another external id, which the policy has by then, or some days later."""
    mends = dead.since + timedelta(days=random.choice((0, 3)))
    scenario.world.dead += [replace(dead, code="NoPermission", external_id="another", mends=mends)]
    _account_becomes(scenario, dead, mends, external_id="another")


KINDS: dict[str, Callable[["Scenario", Dead, Random], None]] = {
    "gone": _role_is_gone,
    "tasks": _tasks_are_denied,
    "objects": _objects_are_denied,
    "comes and goes": _role_comes_and_goes,
    "unwatched": _nobody_watches,
    "moved": _role_has_moved,
    "external id": _external_id_has_changed,
}


def _arn(policy: Policy, account_id: str) -> str:
    return next(one.role_arn for one in policy.accounts if one.account_id == account_id)


def _account_becomes(scenario: "Scenario", dead: Dead, when: datetime, **changes: str) -> None:
    world = scenario.world

    def become() -> None:
        accounts = tuple(
            changed(one, **changes) if one.account_id == dead.account_id else one for one in world.ruled.accounts
        )
        world.ruled = changed(world.ruled, accounts=accounts)
        world.rule(world.ruled)

    world.baton.at(scenario.at((when - START).total_seconds()), become)
