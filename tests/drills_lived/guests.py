"""Instances of a life and the guests on them: what each says, and when. The truth by which verdicts are judged."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from random import Random

from image_export.use_cases.drill.ports import StartOfInstance
from image_export.values.drill.steps import CommandResult
from image_export.values.restore.steps import Detection, Risk

KERNEL = "[    0.000000] Linux version 6.1.0\r\n"
SAYS = {
    "login": "Welcome to Debian!\r\ngolden login: ",
    "target": "[  OK  ] Reached target multi-user.target - Multi-User System.\r\n",
    "panic": "[    2.000000] Kernel panic - not syncing: VFS: Unable to mount root fs\r\n",
    "no disk": "No bootable device.\r\n",
    "nothing": "",
}
ALIVE = ("login", "target")
RESULTS = {
    "ends with 0": CommandResult("Success", 0, "running"),
    "ends with 1": CommandResult("Failed", 1, "degraded", "ExitCodeNonzero"),
    "cannot run": CommandResult("Error", None, "", "ClientNotRunning"),
    "never ends": CommandResult("Running", None, ""),
}
DENIED = {
    "instance": "Forbidden.RAM",
    "assistant": "Forbidden.RAM",
    "run_command": "Forbidden.RAM",
    "command_result": "ServiceUnavailable",
    "run_instance": "ServiceUnavailable",
}
DETECTIONS = ("finished", "finished", "finished", "high", "never", "unsupported")
HIGH = Risk(name="GUESTOS.Fstab", code="GUESTOS.Fstab.Missing", level="High")
MEDIUM = Risk(name="GUESTOS.Selinux", code="GUESTOS.Selinux.On", level="Medium")


@dataclass(frozen=True)
class Nature:
    """What becomes of each instance of a life, and how its cloud answers what no source settles."""

    starts_s: float  # until it is Running
    never_runs: bool
    says: str
    says_after_s: float
    console: str  # shown | refused | hidden
    answers_after_s: float | None
    command: str
    command_takes_s: float
    tag_lag: timedelta  # until DescribeInstances shows a new instance by its tag
    id_lag: timedelta
    ghost: timedelta  # so long a deleted instance is still shown
    token_lasts: timedelta
    initializing: timedelta  # so long after its start it cannot be deleted
    detection: str
    takes_evidence: bool
    denied: str  # a call that is refused for ever: a right lacks, or the service is down

    @classmethod
    def drawn(cls, random: Random, says: str = "", command: str = "") -> "Nature":
        """Any of them."""
        return cls(
            starts_s=random.choice((20.0, 60.0, 300.0)),
            never_runs=random.random() < 0.05,
            says=says or random.choice(("login", "login", "target", "panic", "no disk", "nothing")),
            says_after_s=random.choice((10.0, 60.0, 400.0)),
            console="shown" if says else random.choice(("shown", "shown", "shown", "refused", "hidden")),
            answers_after_s=random.choice((30.0, 120.0, 500.0)) if says or random.random() < 0.8 else None,
            command=command or random.choice(("ends with 0", "ends with 0", *RESULTS)),
            command_takes_s=random.choice((1.0, 60.0, 500.0)),
            tag_lag=random.choice((timedelta(0), timedelta(minutes=random.random() * 4))),
            id_lag=random.choice((timedelta(0), timedelta(minutes=random.random() * 4))),
            ghost=random.choice((timedelta(0), timedelta(minutes=random.random() * 3))),
            token_lasts=random.choice((timedelta(minutes=20), timedelta(hours=2), timedelta(days=30))),
            initializing=timedelta(seconds=random.choice((0, 0, 40))),
            detection="finished" if says else random.choice(DETECTIONS),
            takes_evidence=random.random() < 0.8,
            denied="" if says or random.random() < 0.7 else random.choice(tuple(DENIED)),
        )


@dataclass(eq=False)
class Guest:
    """An instance that RunInstances made, and what it does. `gone_at`: deleted, or released by ECS itself."""

    instance_id: str
    drill_id: str
    start: StartOfInstance
    made_at: datetime
    nature: Nature
    gone_at: datetime | None = None
    released: bool = False
    last: dict[str, str] | None = None
    command_at: datetime | None = None
    commands: int = 0

    @property
    def running_at(self) -> datetime | None:
        """When the hypervisor has it Running; None is never."""
        return None if self.nature.never_runs else self.made_at + timedelta(seconds=self.nature.starts_s)

    def is_running(self, now: datetime) -> bool:
        """Whether it is by then."""
        return self.gone_at is None and self.running_at is not None and self.running_at <= now

    def text(self, now: datetime) -> str:
        """What is on its console by then."""
        if self.running_at is None or self.running_at > now:
            return ""
        if self.nature.says == "nothing":
            return ""
        spoke = self.running_at + timedelta(seconds=self.nature.says_after_s) <= now
        return KERNEL + (SAYS[self.nature.says] if spoke else "")

    def spoke(self, now: datetime) -> bool:
        """Whether it has come up by then."""
        return self.nature.says in ALIVE and SAYS[self.nature.says] in self.text(now)

    def answers(self, now: datetime) -> bool:
        """Whether its Cloud Assistant reports by then. A guest that is dead has none."""
        after_s, running_at = self.nature.answers_after_s, self.running_at
        if after_s is None or running_at is None or self.nature.says in ("panic", "no disk"):
            return False
        return running_at + timedelta(seconds=after_s) <= now

    def result(self, now: datetime) -> CommandResult | None:
        """What has come of the command by then."""
        if self.command_at is None:
            return None
        over = self.command_at + timedelta(seconds=self.nature.command_takes_s) <= now
        return RESULTS[self.nature.command] if over else RESULTS["never ends"]


def released_at(start: StartOfInstance) -> datetime:
    """Its AutoReleaseTime."""
    return datetime.strptime(start.release_at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)


def detected(nature: Nature, since: timedelta) -> Detection | None:
    """What image check says of an image that has been Available for so long."""
    if nature.detection == "unsupported" or since < timedelta(minutes=1):
        return None
    if nature.detection == "never" or since < timedelta(minutes=4):
        return Detection("Processing")
    return Detection("Finished", (MEDIUM, HIGH) if nature.detection == "high" else (MEDIUM,))
