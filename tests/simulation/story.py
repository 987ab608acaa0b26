"""The two kinds of life: days, with images, events and people; and nights, with many images and little room."""

from datetime import timedelta
from random import Random

from image_export.values.policy import Policy
from tests.fakes import START

from . import policies
from .arrivals import tell_of_arrivals
from .dead import die
from .pauses import somebody_pauses
from .replays import callers_spell_like_us
from .scenario import DAY_S, Scenario
from .world import World

NIGHTS_SHARE = 0.25
RECALLS_SHARE = 0.2  # of the lives of nights
SLOW_SHARE = 0.05  # lives in which a notify target is slow
QUARTER = 500  # every so many seeds, a life of ninety nights


def tell_story(world: World) -> Scenario:
    """Put everything that will happen into the world's queue."""
    scenario = Scenario(world)
    if world.random.random() < NIGHTS_SHARE or world.ground.recalls:
        _nights(scenario, 90 if world.seed % QUARTER == 0 else world.random.randint(2, 4))
    else:
        _days(scenario)
    tell_of_arrivals(scenario)
    if world.odd.kind:
        world.odd.happen(scenario)
    elif world.ground.blind:
        _policy_is_unreadable(scenario, scenario.soon_s())
    elif world.ground.refuses:
        _target_refuses(scenario, scenario.soon_s())
    elif world.random.random() < 0.3:
        begin = world.random.choices([*LASTING], [*LASTING.values()])[0]
        begin(scenario, scenario.soon_s())
    callers_spell_like_us(scenario)
    die(scenario, world.ground.dies)
    somebody_pauses(scenario)
    world.channels.come_and_go(scenario)
    if world.ground.slow or Random(f"{world.seed}-slow").random() < SLOW_SHARE:  # noqa: S311 - dice, not secrets
        _target_is_slow(scenario)
    return scenario


def _days(scenario: Scenario) -> None:
    random, world = scenario.random, scenario.world
    if random.random() < 0.3:
        for account, region, _ in world.places:
            world.cloud(account, region).concurrent_exports = random.choice((1, 2))
    for _ in range(random.choice((1, 1, 2, 3))):
        made_s = scenario.soon_s()
        image = scenario.add_image(made_s)
        for _ in range(random.choice((0, 1, 1, 2))):
            scenario.tell_of(image, made_s + scenario.soon_s())
        for _ in range(random.choice((0, 0, 1, 2))):
            scenario.ask("POST", "/exports", scenario.request_of(image), made_s + scenario.soon_s())
        if random.random() < 0.2:
            scenario.send(scenario.request_of(image), made_s + scenario.soon_s())
        if random.random() < 0.1:
            scenario.ask("POST", "/exports", scenario.strange_request(image), made_s + scenario.soon_s())
        if random.random() < 0.1:
            scenario.send(scenario.strange_request(image), made_s + scenario.soon_s())
        for _ in range(12 if world.ground.others else random.choice((0, 0, 0, 1, 2))):
            scenario.export_by_others(image, made_s + scenario.soon_s())
    if random.random() < 0.1:
        scenario.send(
            b'{"id": "e-bad", "name": "Image:StateChange", "product": "ECS", "content": {}}', scenario.soon_s()
        )
    if random.random() < 0.1:
        scenario.night(scenario.soon_s())
    _look_and_cancel(scenario)


def _look_and_cancel(scenario: Scenario) -> None:
    """People who look at what there is, and now and then cancel it: they find it in the list."""
    random, world = scenario.random, scenario.world
    cancels = random.random() < 0.3 or world.ground.cancels

    def later(method: str) -> None:
        scenario.ask_of_one(method, random)

    for method in ("DELETE",) * (random.randint(1, 2) if cancels else 0) + ("GET",) * random.choice((0, 1)):
        world.baton.at(scenario.at(5 + scenario.soon_s()), lambda method=method: later(method))  # type: ignore[misc]
    if random.random() < 0.2:
        scenario.ask("GET", "/exports", None, 60 + scenario.soon_s())


def _nights(scenario: Scenario, nights: int) -> None:
    random, world = scenario.random, scenario.world
    for account, region, _ in world.places:
        cloud = world.cloud(account, region)
        cloud.concurrent_exports = random.choice((1, 2, 5))
        if random.random() < 0.3:
            cloud.weekly_exports = random.randint(2, 6)
    for _ in range(random.randint(2, 6)):
        scenario.add_image(0.0, random.choice(("golden-web", "backup-daily", "backup-daily", "somebody-else")))
    recalls = Random(f"{world.seed}-recalls")  # noqa: S311 - dice, not secrets
    if world.ground.recalls or recalls.random() < RECALLS_SHARE:
        for night in range(nights - 1):
            scenario.cancel_one(3600.0 + (night + 0.4 * recalls.random()) * DAY_S)
    for night in range(nights):
        scenario.night(3600.0 + night * DAY_S)
        if random.random() < (0.5 if nights < 10 else 0.1):
            scenario.add_image(3600.0 + (night + random.random()) * DAY_S)


def _target_refuses(scenario: Scenario, _from_s: float) -> None:
    """For days, or it does not answer."""
    random, notifier = scenario.random, scenario.world.notifier
    days = random.choice((30,) if scenario.world.ground.refuses else (0.1, 1, 10, 30)) * random.random()
    notifier.unresponsive = random.random() < 0.3 or scenario.world.ground.unresponsive
    for target in scenario.world.ruled.notify[random.randrange(2) :]:
        notifier.refuses_until[target.name] = START + timedelta(days=days)


def _target_is_slow(scenario: Scenario) -> None:
    """For hours or days, while others are prompt; it takes what it is told all the same."""
    random, world = Random(f"{scenario.world.seed}-slow-target"), scenario.world  # noqa: S311 - dice, not secrets
    target = random.choice(world.ruled.notify)
    days = random.choice((0.2, 2, 10))
    world.notifier.slow_until[target.name] = START + timedelta(days=days)


def _role_is_dead(scenario: Scenario, from_s: float) -> None:
    world, random = scenario.world, scenario.random
    world.steady = False
    until = START + timedelta(seconds=from_s + random.choice((300, 5000)) * random.random())
    world.baton.at(scenario.at(from_s), lambda: setattr(world, "dead_roles_until", until))


def _policy_changes(scenario: Scenario, from_s: float) -> None:
    world = scenario.world
    world.steady = False
    world.baton.at(scenario.at(from_s), lambda: world.rule(_tightened(world.ruled, scenario.random)))


def _policy_is_unreadable(scenario: Scenario, from_s: float) -> None:
    world = scenario.world
    world.steady = False
    world.baton.at(scenario.at(from_s), lambda: world.rule(None))
    world.baton.at(scenario.at(from_s + scenario.soon_s()), lambda: world.rule(world.ruled))


def _regions_are_silent(scenario: Scenario, from_s: float) -> None:
    """They take connections and never answer."""
    world, random = scenario.world, scenario.random
    until = {
        (account, region): START + timedelta(seconds=from_s + random.choice((300, 5000, DAY_S)) * random.random())
        for account, region, _ in random.sample(world.places, random.randint(1, len(world.places)))
    }
    world.baton.at(scenario.at(from_s), lambda: world.silent_until.update(until))


def _facts_are_unreadable(scenario: Scenario, from_s: float) -> None:
    """Some facts; another version has written them, until this one is put back."""
    world, random = scenario.world, scenario.random
    until = START + timedelta(seconds=from_s + random.choice((300, 5000, DAY_S)) * random.random())
    world.baton.at(scenario.at(from_s), lambda: setattr(world, "unreadable_until", until))


# What lasts, and how often a life has it.
LASTING = {
    _target_refuses: 2,
    _role_is_dead: 1,
    _policy_changes: 2,
    _policy_is_unreadable: 1,
    _regions_are_silent: 2,
    _facts_are_unreadable: 1,
}


def _tightened(policy: Policy, random: Random) -> Policy:
    account = random.choice(policy.accounts).account_id
    return random.choice((policies.without_account, policies.with_another_bucket))(policy, account)
