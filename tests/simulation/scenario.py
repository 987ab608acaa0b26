"""What happens in a life: images appear and vanish, events come (twice), people ask, nights fall, the policy changes.

Everything is drawn from the world's dice, so that the seed decides. The faults are not here: `weather.py`.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from msgspec.structs import replace

from image_export.decisions.arrivals.timer import Timer
from image_export.errors import CloudFault
from image_export.use_cases.context import Context
from image_export.use_cases.entrances.http import HttpApp, Outside
from image_export.use_cases.entrances.receive import receive
from image_export.use_cases.night.run import nightly
from image_export.use_cases.ports import StartExport
from image_export.use_cases.watch.watch import watch
from image_export.values.answer import Answer
from image_export.values.image import Disk, Image
from image_export.values.settings import Settings
from tests.builders import REGION
from tests.fakes import START, FakePinger, no_restores

from . import policies
from .functions import Functions
from .world import World

SETTINGS = Settings(ledger_bucket="ledger", ledger_prefix="ledger", http_auth="platform")
DAY_S = 86400.0
NAMES = ("golden-web", "golden-db", "backup-daily", "somebody-else")


class Scenario:
    """The story of one life."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.random = world.random
        self.functions = Functions(world)
        self.images: list[Image] = []
        self.answers: list[tuple[str, Any]] = []
        self.replaying = False
        self.replays: list[tuple[str, Any]] = []  # what was to be done once more, and the answer
        self.nights: list[str] = []
        self.ticks: list[datetime] = []
        self.pinger = FakePinger()
        self.last_at = START
        self.kept: set[str] = set()  # images that are visible soon and stay
        self.tagged: list[Image] = []  # as they are once they are tagged
        self.repeated: list[Any] = []  # what came of nights that were sent again

    # When

    def at(self, seconds: float) -> datetime:
        """So long after the beginning; the story is not over before."""
        when = START + timedelta(seconds=seconds)
        self.last_at = max(self.last_at, when)
        return when

    def soon_s(self) -> float:
        """Mostly within seconds of another, sometimes much later."""
        return self.random.choice((2.0, 2.0, 60.0, 1800.0, 20000.0)) * self.random.random()

    # Images

    def add_image(self, seconds: float, name: str | None = None) -> Image:
        """An image is made at that time; it is visible and Available sooner or later, or never."""
        random, world = self.random, self.world
        account, region, _ = random.choice(world.places)
        disks = [Disk(device="/dev/xvda", kind="system", size_gib=40)]
        disks += [Disk(device="/dev/xvdb", kind="data", size_gib=100)] if random.random() < 0.4 else []
        image = Image(
            account_id=account,
            region_id=region,
            image_id=f"m-{world.seed % 100000}x{len(self.images)}",
            name=name or random.choice(NAMES),
            status="Available",
            created_at=world.conditions.by_ecs(START + timedelta(seconds=seconds)),
            disks=tuple(disks),
            size_gib=40,
        )
        self.images.append(image)
        visible_s, becomes = seconds + random.choice((0.0, 0.0, 5.0, 200.0)), "Available"
        if random.random() < 0.3:
            becomes = "CreateFailed" if random.random() < 0.15 else "Available"
            made = self.at(visible_s + self.soon_s())
            world.baton.at(self.at(visible_s), lambda: world.show(replace(image, status="Creating")))
            world.baton.at(made, lambda: self._becomes(image, becomes))
        else:
            world.baton.at(self.at(visible_s), lambda: world.show(image))
        if random.random() < 0.06:
            world.baton.at(self.at(visible_s + self.soon_s()), lambda: self._vanishes(image))
        elif becomes == "Available":
            self.kept.add(image.image_id)
        return image

    def _becomes(self, image: Image, status: str) -> None:
        cloud = self.world.cloud(image.account_id, image.region_id)
        if image.image_id in cloud.inventory:
            self.world.show(replace(image, status=status))

    def _vanishes(self, image: Image) -> None:
        self.world.tell(f"  image {image.image_id} is deleted")
        self.world.cloud(image.account_id, image.region_id).inventory.pop(image.image_id, None)

    def export_by_others(self, image: Image, seconds: float) -> None:
        """Somebody else exports the image, if ECS lets them."""
        world = self.world
        _, _, bucket = next(place for place in world.places if place[:2] == (image.account_id, image.region_id))
        start = StartExport(image.image_id, self.random.choice((bucket, "theirs")), "theirs", "raw", None)

        def begin() -> None:
            cloud = world.cloud(image.account_id, image.region_id)
            try:
                cloud._check(start)  # noqa: SLF001 - what ECS checks of anybody
            except CloudFault:
                return
            cloud.start_task(start, ours=False)

        world.baton.at(self.at(seconds), begin)

    # Events

    def send(self, body: Mapping[str, Any] | bytes, seconds: float) -> None:
        """An event arrives, perhaps more than once, each time as a delivery of its own."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        for number in range(self.random.choice((1, 1, 1, 2, 3))):
            request_id = f"r-{len(self.answers)}-{number}-{seconds:.0f}"
            self.functions.invoke(
                self.at(seconds + (self.soon_s() if number else 0.0)),
                "event",
                lambda context, request_id=request_id: receive(  # type: ignore[misc]
                    context, raw, request_id=request_id, region_id=REGION
                ),
                lambda answer: self.answers.append(("event", answer)),
            )

    def tell_of(self, image: Image, seconds: float) -> None:
        """An event of the image: that it is there, that it is being made, or the call that makes it."""
        kind = self.random.choice(("Available", "Creating", "call"))
        self.send(_of_call(image) if kind == "call" else _of_state(image, kind), seconds)

    # People

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None, seconds: float) -> None:
        """Somebody asks over HTTP, and again where no answer came or a 503."""
        self._ask(_http(method, path, body), self.at(seconds), tries=3)

    def _ask(self, event: bytes, when: datetime, tries: int) -> None:
        world = self.world

        def heard(answer: Any) -> None:
            world.tell(f"  answered {answer and (answer['statusCode'], answer['body'][:200])}")
            if (answer is None or answer["statusCode"] == 503) and tries > 1:
                again = world.clock.now + timedelta(seconds=1 + self.soon_s())
                self._ask(event, again, tries - 1)
            if answer is not None:
                self.answers.append((event.decode(), answer))
                self._send_back(answer)

        def work(context: Any) -> Any:
            outside = Outside(lambda _needs_policy: context, lambda: context.ledger, dict, context.log, no_restores)
            return HttpApp(outside, SETTINGS, REGION).respond(event, "h-1")

        self.functions.invoke(when, "http", work, heard)

    def _send_back(self, answer: Any) -> None:
        """Some clients post the fields of the answer."""
        said = json.loads(answer["body"]) if answer["statusCode"] in (200, 202) else {}
        body = self.world.conditions.sent_back(said) if "ExportId" in said else None
        if body:
            random = self.world.conditions.random
            later_s = random.choice((2.0, 3000.0, 50000.0)) * random.random()
            self.ask("POST", "/exports", body, (self.world.clock.now - START).total_seconds() + later_s)

    def ask_of_one(self, method: str, random: Random) -> None:
        """Somebody asks about one of the exports that there are now."""
        world = self.world
        ids = sorted({key.split("/")[1] for key in world.objects if key.startswith("exports/")})
        if ids:
            self.ask(method, f"/exports/{random.choice(ids)}", None, (world.clock.now - START).total_seconds() + 1)

    def cancel_one(self, seconds: float) -> None:
        """Somebody cancels one of the exports that there are by then."""
        dice = Random(f"{self.world.seed}-cancel-{seconds}")  # noqa: S311 - dice, not secrets
        self.world.baton.at(self.at(seconds), lambda: self.ask_of_one("DELETE", dice))

    def request_of(self, image: Image) -> dict[str, Any]:
        """In the ExportImage API's own parameters."""
        random = self.random
        place = next(place for place in self.world.places if place[:2] == (image.account_id, image.region_id))
        body = {
            "AccountId": image.account_id,
            "RegionId": image.region_id,
            "ImageId": image.image_id,
            "OSSBucket": place[2],
        }
        if random.random() < 0.4:
            body["ClientToken"] = f"token-{random.randrange(2)}-{image.image_id}"
        if random.random() < 0.3:
            body["OSSPrefix"] = random.choice(("mine", "aprefixofmorethanseventeen", "nightly"))
        return self.world.conditions.said_otherwise(body)

    def strange_request(self, image: Image) -> dict[str, Any]:
        """One that the policy does not allow."""
        body = {**self.request_of(image)}
        wrong = self.random.choice(("OSSBucket", "RegionId", "AccountId"))
        body[wrong] = {"OSSBucket": "strangers-bucket", "RegionId": "us-east-1", "AccountId": policies.STRANGER}[wrong]
        return body

    # Timers

    def tick(self, when: datetime) -> None:
        """The watcher looks."""
        self.ticks.append(when)

        def work(context: Context) -> Answer:
            return watch(context, pinger=self.pinger, reach=no_restores, request_id="tick")

        self.functions.invoke(when, "watch", work)

    def night(self, seconds: float) -> None:
        """A nightly run, perhaps delivered twice."""
        run_id = f"night-{len(self.nights)}"
        self.nights.append(run_id)
        for _ in range(self.random.choice((1, 1, 1, 2))):
            self.functions.invoke(
                self.at(seconds + self.random.random() * 5),
                "nightly",
                lambda context: nightly(context, Timer(run_id=run_id), request_id=run_id),
            )


def _of_state(image: Image, state: str) -> dict[str, Any]:
    return {
        "id": f"e-{image.image_id}-{state}",
        "product": "ECS",
        "name": "Image:StateChange",
        "regionId": image.region_id,
        "userId": image.account_id,
        "content": {"imageId": image.image_id, "currentState": state},
    }


def _of_call(image: Image) -> dict[str, Any]:
    return {
        "id": f"e-{image.image_id}-call",
        "source": "acs.ecs",
        "specversion": "1.0",
        "type": "ecs:ActionTrail:ApiCall",
        "time": "2026-11-24T08:00:00Z",
        "aliyunaccountid": image.account_id,
        "aliyunregionid": image.region_id,
        "data": {
            "eventId": f"call-{image.image_id}",
            "eventName": "CreateImage",
            "acsRegion": image.region_id,
            "userIdentity": {"accountId": image.account_id},
            "requestParameters": {"RegionId": image.region_id},
            "responseElements": {"ImageId": image.image_id},
        },
    }


def _http(method: str, path: str, body: Mapping[str, Any] | None) -> bytes:
    event = {
        "version": "v1",
        "rawPath": path,
        "headers": {"Content-Type": "application/json"},
        "queryParameters": {},
        "body": json.dumps(body) if body else "",
        "isBase64Encoded": False,
        "requestContext": {"http": {"method": method, "path": path}},
    }
    return json.dumps(event).encode()
