"""Everything there is in one life of drills: the world of restores, with exports, instances and hourly plans."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from msgspec import json

from image_export.decisions.policy.file import read_policy
from image_export.use_cases.drill.ports import Drilling, StartOfInstance
from image_export.use_cases.ledger.ledger import Ledger
from image_export.values.account import AssumedRole
from image_export.values.image import Image
from image_export.values.policy import Policy
from image_export.values.restore.request import DRILL_TAG, RESTORE_TAG
from tests.fakes import FakeStore
from tests.restore.world import ACCOUNT, BUCKET, POLICY, REGION
from tests.restores_lived.cloud import Import
from tests.restores_lived.world import NOTIFY, OTHER_ACCOUNT, Ground, World

from .cloud import CALLED_AFTER_CANCEL, RELEASED_AHEAD, LivingDrilling
from .exports import HARMS, Exported, exported, record
from .guests import Guest, Nature, released_at
from .weather import DrillWeather

TYPES = ("ecs.t6-c1m1.large", "ecs.g7.large")
COMMAND = "systemctl is-system-running --wait"
BOOT = f"{{vswitch: vsw-bp1, security_group: sg-bp1, instance_types: [{', '.join(TYPES)}]"
ENTRIES = {
    "command": f"{{name: command, every: 30d, most_a_day: 3, boot: {BOOT}, command: '{COMMAND}'}}}}",
    "boot": f"{{name: boot, every: 2d, restore_within: 9h, boot: {BOOT}}}}}",
    "plain": "{name: plain, every: 30d, most_a_day: 2}",
    "web": "{name: web, match: {name: 'golden-web-*'}, every: 1d, restore_within: 30m}",
}
MIXES = (("command",), ("command",), ("command", "plain"), ("boot", "web"), ("plain", "command"), ("boot", "command"))


@lru_cache(maxsize=64)
def policy_of(entries: tuple[str, ...], roles: str = "") -> Policy:
    """A policy with these drills. `roles`: `none`, `other` or `renamed` instead of today's restore role."""
    said = POLICY + NOTIFY + ("drills:\n" + "".join(f"  - {ENTRIES[one]}\n" for one in entries) if entries else "")
    named = f"{ACCOUNT}:role/image-restore"
    said = said.replace(
        named, {"other": f"{OTHER_ACCOUNT}:role/image-restore", "renamed": f"{named}-2"}.get(roles, named)
    )
    return read_policy(
        (said.replace("    restore_role_arn", "    # restore_role_arn") if roles == "none" else said).encode()
    )


@dataclass(frozen=True)
class DrillGround(Ground):
    """What is so in every life, beyond what is so in one of restores."""

    starts: tuple[str, ...] = ()  # what mostly goes wrong with RunInstances
    mix: tuple[str, ...] = ()  # the entries of the policy
    says: str = ""  # what each guest says
    command: str = ""  # what becomes of each command
    whole: bool = False  # no export is harmed


class DrillWorld(World):
    """One life's."""

    open_work: tuple[str, ...] = ("due/", "open-restores/", "open-drills/")
    ground: DrillGround
    clouds: dict[tuple[str, str], LivingDrilling]  # type: ignore[assignment]

    def __init__(self, seed: int, ground: DrillGround, *, tracing: bool = False) -> None:
        self.exports: list[Exported] = []
        super().__init__(seed, ground, tracing=tracing)
        random = self.random
        self.weather = DrillWeather(random, ground.imports, ground.faults, ground.starts)
        self.nature = Nature.drawn(random, ground.says, ground.command)
        self.entries = ground.mix or random.choice(MIXES)
        self.policy = self.ruled = policy_of(self.entries)
        self.sold_out: set[str] = set()
        self.at_claims: list[Callable[[], None]] = []  # what happens as an instance is about to be started
        ledger = Ledger(FakeStore(self.clock, None, self.objects), lambda: "before")
        for number in range(random.choice((1, 2, 2, 3))):
            harm = random.choice(HARMS if number else HARMS[1:]) if random.random() < 0.15 and not ground.whole else ""
            image_format = random.choice(("qcow2", "qcow2", "raw"))
            one = exported(number, image_format, harm, disks=random.choice((1, 1, 2)))
            self.exports.append(one)
            record(ledger, policy_of(self.entries).accounts[0].role, one)
        self.clouds.clear()
        self.manifests = {str(one.manifest.manifest): one.manifest for one in self.exports}
        self.cloud(ACCOUNT)

    # For the fakes

    def cloud(self, account_id: str, region_id: str = REGION) -> LivingDrilling:
        place = account_id, region_id
        if place not in self.clouds:
            self.clouds[place] = cloud = LivingDrilling(self, account_id, region_id)
            for one in self.exports:
                cloud.hold_export(one)
        return self.clouds[place]

    def at(self, role: AssumedRole, region_id: str, bucket: str) -> LivingDrilling:
        """Fits `ports.ImportingClouds` and `ports.DrillingClouds`."""
        named = [policy_of((), roles).accounts[0].restore_role for roles in ("", "other", "renamed")]
        if role not in named or (region_id, bucket) != (REGION, BUCKET):
            self.breaks("nothing outside the policy", f"{role} {region_id} {bucket}")
        return self.cloud(role.account_id)

    @property
    def reach(self) -> Drilling:
        return Drilling(self.importing, self, str)

    # What is seen

    def has(self, drill: str, fact: str) -> bool:
        """Whether the fact stands."""
        return f"drills/{drill}/{fact}" in self.objects

    def fact(self, drill: str, fact: str) -> Any:
        """The fact, or None."""
        stored = self.objects.get(f"drills/{drill}/{fact}")
        return json.decode(stored.body)["Fact"] if stored else None

    def judge_start(self, start: StartOfInstance, now: datetime) -> None:
        """One instance for each attempt, for a drill that wants it, with an end of its own."""
        drill = dict(start.tags).get(DRILL_TAG)
        if drill is None:
            self.breaks("nothing is left", f"an instance without the tag: {start}")
            return
        of_it = [one for cloud in self.clouds.values() for one in cloud.guests.values() if one.drill_id == drill]
        twins = [one.instance_id for one in of_it if one.start.instance_type == start.instance_type]
        if twins:
            self.breaks("one instance", f"another one beside {twins} for {drill} as {start.instance_type}")
        if self.has(drill, "ended"):
            self.breaks("nothing is left", f"an instance is started for {drill}, which has ended")
        cancel = self.objects.get(f"drills/{drill}/cancel")
        if cancel and now - cancel.modified_at > CALLED_AFTER_CANCEL:
            self.breaks("called off", f"an instance is started for {drill}, cancelled at {cancel.modified_at}")
        if not start.release_at or released_at(start) - now < RELEASED_AHEAD:
            self.breaks("released by ECS in the end", f"{start.release_at} at {now}")

    def judge_instance_deletion(self, guest: Guest) -> None:
        """Noted before."""
        if not self.has(guest.drill_id, "clean-up"):
            self.breaks("noted before it is deleted", f"{guest.instance_id} of {guest.drill_id}")

    def judge_deletion(self, image: Image) -> None:
        """Only what carries our tag; what its restore has kept, only once the drill has noted it."""
        drill, restore = image.tags.get(DRILL_TAG), image.tags.get(RESTORE_TAG)
        if drill is None or restore is None:
            self.breaks("nothing of others is deleted", f"{image.image_id} with the tags {image.tags}")
            return
        if not any(one["Kind"] == "keep" and one["ImageId"] == image.image_id for one in self.outcomes(restore)):
            return
        noted = self.fact(drill, "clean-up")
        if noted is None or noted["ImageId"] != image.image_id:
            self.breaks("noted before it is deleted", f"{image.image_id} of {drill}")
        for cloud in self.clouds.values():
            if cloud.visible(drill):
                self.breaks("the instance before its image", f"{image.image_id} before {cloud.visible(drill)}")

    def judge_snapshot(self, snapshot_id: str, of: Import | None) -> None:
        """Noted before."""
        if of is None:
            return
        drill = dict(of.start.parameters.tags).get(DRILL_TAG, "")
        named = [*(one.get("SnapshotIds") or () for one in self.outcomes(of.restore_id))]
        noted = self.fact(drill, "clean-up")
        if not any(snapshot_id in one for one in [*named, (noted and noted["SnapshotIds"]) or ()]):
            self.breaks("noted before it is deleted", f"{snapshot_id} of {drill}")
