"""The answer of `plan`."""

from typing import Literal

from msgspec import field

from image_export.values.export import ImageFormat
from image_export.values.policy import When
from image_export.values.run import Planned
from image_export.values.wire import Wire

Change = Literal["new", "gone", "other"]


class Target(Wire, frozen=True, kw_only=True):
    """Where a policy wants an image to go, and as what."""

    oss_bucket: str = field(name="OSSBucket")
    prefix: str = field(name="Prefix", default="")  # the destination's own; an export's goes on with characters of ours
    image_format: ImageFormat = field(name="ImageFormat")

    def __str__(self) -> str:
        return f"{self.image_format} to oss://{self.oss_bucket}/{self.prefix}"


class PlannedImage(Planned, frozen=True, kw_only=True):
    """One image of the plan. `target`: where its rule wants it, exported already or not. `was`: of the other policy."""

    account: str = field(name="Account")  # as the policy calls it
    left_over: bool = field(name="LeftOver", default=False)
    export_id: str | None = field(name="ExportId", default=None)
    size_gib: int = field(name="SizeGib")
    target: Target | None = field(name="Target", default=None)
    change: Change | None = field(name="Change", default=None)
    was: Target | None = field(name="Was", default=None)


class PlannedPlace(Wire, frozen=True, kw_only=True):
    """What would start in an account and region. `seconds`: one export after another, at the pace of the last ones."""

    account_id: str = field(name="AccountId")
    region_id: str = field(name="RegionId")
    account: str = field(name="Account")
    images: int = field(name="Images", default=0)
    wanted: int = field(name="Wanted", default=0)
    size_gib: int = field(name="SizeGib", default=0)
    seconds: int | None = field(name="Seconds", default=None)
    hold: str | None = field(name="Hold", default=None)  # the cloud's word that the quota is used up
    fault: str | None = field(name="Fault", default=None)


class Changes(Wire, frozen=True, kw_only=True):
    """How many images a policy treats otherwise than the deployed one."""

    new: int = field(name="New", default=0)
    gone: int = field(name="Gone", default=0)
    other: int = field(name="Other", default=0)
    same: int = field(name="Same", default=0)


class PlanAnswer(Wire, frozen=True, kw_only=True):
    """A plan."""

    policy: str = field(name="Policy")
    when: When = field(name="When")
    images: tuple[PlannedImage, ...] = field(name="Images")
    places: tuple[PlannedPlace, ...] = field(name="Places")
    wanted: int = field(name="Wanted")
    size_gib: int = field(name="SizeGib")
    changes: Changes | None = field(name="Changes")
