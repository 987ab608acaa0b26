"""The two kinds of life: days, with images, events and people; and nights, with many images and little room."""

from datetime import timedelta
from random import Random

from image_export.values.policy import Policy
from tests.fakes import START

from . import policies
from .scenario import DAY_S, Scenario
from .world import World

NIGHTS_SHARE = 0.25
QUARTER = 500  # every so many seeds, a life of ninety nights


def tell_story(world: World) -> Scenario:
    """Put everything that will happen into the world's queue."""
    scenario = Scenario(world)
    if world.random.random() < NIGHTS_SHARE:
        _nights(scenario, 90 if world.seed % QUARTER == 0 else world.random.randint(2, 4))
    else:
        _days(scenario)
    if world.ground.blind:
        _disturb(scenario, "unreadable")
    elif world.ground.refuses:
        _disturb(scenario, "target")
    elif world.random.random() < 0.3:
        _disturb(scenario, world.random.choice(("target", "target", "role", "policy", "policy", "unreadable")))
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
        ids = sorted({key.split("/")[1] for key in world.objects if key.startswith("exports/")})
        if ids:
            scenario.ask(method, f"/exports/{random.choice(ids)}", None, (world.clock.now - START).total_seconds() + 1)

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
    for night in range(nights):
        scenario.night(3600.0 + night * DAY_S)
        if random.random() < (0.5 if nights < 10 else 0.1):
            scenario.add_image(3600.0 + (night + random.random()) * DAY_S)


def _disturb(scenario: Scenario, what: str) -> None:
    """Something that lasts: a target that refuses for days, a role that does not work, another policy."""
    random, world = scenario.random, scenario.world
    from_s = scenario.soon_s()
    if what == "target":
        until = START + timedelta(
            days=random.choice((30,) if world.ground.refuses else (0.1, 1, 10, 30)) * random.random()
        )
        for target in world.ruled.notify[random.randrange(2) :]:
            world.notifier.refuses_until[target.name] = until
    elif what == "role":
        world.steady = False
        until = START + timedelta(seconds=from_s + random.choice((300, 5000)) * random.random())
        world.baton.at(scenario.at(from_s), lambda: setattr(world, "dead_roles_until", until))
    elif what == "policy":
        world.steady = False
        world.baton.at(scenario.at(from_s), lambda: world.rule(_tightened(world.ruled, random)))
    else:
        world.steady = False
        world.baton.at(scenario.at(from_s), lambda: world.rule(None))
        world.baton.at(scenario.at(from_s + scenario.soon_s()), lambda: world.rule(world.ruled))


def _tightened(policy: Policy, random: Random) -> Policy:
    account = random.choice(policy.accounts).account_id
    return random.choice((policies.without_account, policies.with_another_bucket))(policy, account)
