"""What some lives are lived under besides their faults: clocks that differ, dates that jump, callers who send back what
they were answered, a ledger before this one, versioning enabled late, disks that are not listed yet, files too small.

Its dice are its own, so that a life without any of it stays what it is. Not a fault of a call: that is `weather.py`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from image_export.decisions.naming import export_id, natural_key, oss_prefix
from image_export.use_cases.ports import StartExport
from image_export.values.export import RequestedBy
from image_export.values.export_request import ExportRequest
from image_export.values.image import Image
from tests.archives import raw_archive
from tests.fakes import START, Clock, FakeStore

if TYPE_CHECKING:
    from .world import World

SHARE = 0.08  # of the lives in which nobody asks for it have each of these
KINDS = ("clocks", "dates", "repeats", "older ledger", "versioning", "disks", "small")
OFF_MOST_MINUTES, DRIFT_MOST_MINUTES = 25.0, 5.0
DRIFTS_WITHIN = timedelta(days=10)
JUMP, JUMPS_SHARE = timedelta(minutes=40), 0.2
SMALL = raw_archive(1, noise=0)  # a whole archive of one byte
SMALL_SHARE = 0.3
ROLE = "AliyunECSImageExportDefaultRole"
SAID: tuple[dict[str, str], ...] = (
    {"RoleName": ROLE},
    {"ImageFormat": "RAW"},
    {"ImageFormat": "raw"},
    {"OSSPrefix": "nightly"},
    {},
)


class EcsClock(Clock):
    """ECS's time: OSS's, and then some."""

    def __init__(self, cloud: Clock, conditions: "Conditions") -> None:
        self._cloud, self._conditions = cloud, conditions

    @property
    def now(self) -> datetime:  # type: ignore[override]
        """What ECS says it is."""
        return self._conditions.by_ecs(self._cloud.now)


@dataclass
class Conditions:
    """What one life is lived under."""

    random: Random
    kinds: frozenset[str]
    off: timedelta
    drift: timedelta
    ahead: bool
    versioned_from: datetime
    disks_from: datetime
    over: bool = False  # in fair weather dates are right, and the ledger was moved to a bucket without versions

    @staticmethod
    def drawn(seed: int, wanted: tuple[str, ...]) -> "Conditions":
        """What this seed has; all that is wanted, if anything is."""
        random = Random(f"{seed}-conditions")  # noqa: S311 - dice, not secrets
        kinds = frozenset(wanted or [kind for kind in KINDS if random.random() < SHARE])
        return Conditions(
            random,
            kinds,
            timedelta(minutes=random.uniform(-OFF_MOST_MINUTES, OFF_MOST_MINUTES)),
            timedelta(minutes=random.uniform(-DRIFT_MOST_MINUTES, DRIFT_MOST_MINUTES)),
            random.random() < 0.5,
            START + timedelta(seconds=random.choice((60.0, 600.0, 3000.0)) * random.random()),
            START + timedelta(seconds=random.choice((600.0, 20000.0)) * random.random()),
        )

    def __str__(self) -> str:
        return f"conditions: {', '.join(sorted(self.kinds)) or 'nothing'}; ECS is {self.off} off"

    def by_ecs(self, now: datetime) -> datetime:
        """The same moment by the clock of ECS, which never differs by more than half an hour."""
        if "clocks" not in self.kinds:
            return now
        return now + self.off + self.drift * min((now - START) / DRIFTS_WITHIN, 1.0)

    def jump(self) -> timedelta:
        """How far the `Date` of one answer is off."""
        if "dates" not in self.kinds or self.over or self.random.random() >= JUMPS_SHARE:
            return timedelta(0)
        return JUMP if self.ahead or self.random.random() < 0.5 else -JUMP

    def versioning(self, now: datetime) -> str | None:
        """What somebody has made of the ledger's bucket."""
        return "Enabled" if "versioning" in self.kinds and not self.over and now >= self.versioned_from else None

    def lists_disks(self, now: datetime) -> bool:
        """Whether DescribeImages tells the disks of images by now."""
        return "disks" not in self.kinds or now >= self.disks_from

    def is_small(self) -> bool:
        """Whether a task that says it has finished leaves files that say little."""
        return "small" in self.kinds and self.random.random() < SMALL_SHARE

    def said_otherwise(self, body: dict[str, Any]) -> dict[str, Any]:
        """The same request in other words, where people repeat themselves."""
        return {**self.random.choice(SAID), **body} if "repeats" in self.kinds else body

    def sent_back(self, answer: dict[str, Any]) -> dict[str, Any] | None:
        """What was answered, as a request; None where nobody sends it back."""
        if "repeats" not in self.kinds or not answer.get("OSSPrefix") or self.random.random() < 0.5:
            return None
        names = ("AccountId", "RegionId", "ImageId", "OSSBucket", "OSSPrefix", "ImageFormat")
        return {name: answer[name] for name in names}


class ConditionedStore(FakeStore):
    """The ledger's bucket, whose answers may be of another time, and which somebody may version."""

    conditions: Conditions
    always: str | None = None  # versioned from the beginning
    _jump = timedelta(0)

    @property
    def now(self) -> datetime:
        """The `Date` of the latest answer."""
        return super().now + self._jump

    @property
    def versioning(self) -> str | None:
        """Now."""
        return self.always or self.conditions.versioning(self._clock.now)

    @versioning.setter
    def versioning(self, value: str | None) -> None:
        self.always = value

    def _run(self, call: str, effect: Any) -> Any:
        result = super()._run(call, effect)
        self._jump = self.conditions.jump()
        return result


def lay_older_exports(world: "World", image: Image) -> None:
    """What a ledger before this one has left of the image, under the names that it gave: this one has begun anew."""
    account = world.ruled.account(image.account_id)
    if "older ledger" not in world.conditions.kinds or account is None:
        return
    destination = account.destinations[image.region_id]
    request = ExportRequest(
        role=account.role,
        region_id=image.region_id,
        image_id=image.image_id,
        oss_bucket=destination.bucket,
        caller_prefix=destination.prefix,
        requested_by=RequestedBy(trigger="watch", id="older"),
    )
    prefix = oss_prefix(request, export_id(natural_key(request), 1), 0)
    cloud = world.cloud(image.account_id, image.region_id)
    for key, body in cloud.bodies(StartExport(image.image_id, destination.bucket, prefix, "raw", None)).items():
        cloud.write(destination.bucket, key, body)
