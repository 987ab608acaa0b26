"""What policy.yaml says of drills (docs/restore.md). Pure."""

from typing import Annotated

import msgspec
from msgspec import Meta

from ..match import Age, Glob
from ..strict import Name, Strict
from ..wire import END

Spell = Annotated[
    str,
    Meta(
        pattern=r"^[1-9][0-9]{0,3}[mh]" + END,
        description="a whole number and m or h (minutes, hours), such as 30m",
    ),
]
VSwitch = Annotated[
    str, Meta(pattern=r"^vsw-[a-z0-9]{1,40}" + END, description="the id of a vSwitch, such as vsw-bp1…")
]
Group = Annotated[
    str, Meta(pattern=r"^sg-[a-z0-9]{1,40}" + END, description="the id of a security group, such as sg-bp1…")
]
InstanceType = Annotated[
    str, Meta(pattern=r"^ecs\.[a-z0-9.-]{2,60}" + END, description="an instance type, such as ecs.t6-c1m1.large")
]
Command = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=4096,
        title="What must end with 0 on the instance, run as root by Cloud Assistant",
        description="a command of the guest's shell, such as systemctl is-system-running --wait",
    ),
]
Hours = Annotated[
    str,
    Meta(
        pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]" + END,
        description='hours of UTC in quotes, such as "18:00-22:00"',
    ),
]


class Boot(Strict, frozen=True, kw_only=True):
    """Where and as what the restored image is started."""

    vswitch: VSwitch
    security_group: Group
    instance_types: Annotated[
        tuple[InstanceType, ...],
        Meta(min_length=1, title="The first that is not sold out", description="a list of instance types"),
    ]
    command: Command | None = None


class DrillMatch(Strict, frozen=True, kw_only=True):
    """Of which exports: those that have all of what is given."""

    rule: Annotated[Name, Meta(title="The rule that wanted the export")] | None = None
    name: Annotated[Glob, Meta(title="The image's name; capitals matter")] | None = None
    account: Annotated[Name, Meta(title="The account, by its name here")] | None = None
    region: Annotated[str, Meta(description="a region")] | None = None


class DrillEntry(Strict, frozen=True, kw_only=True):
    """Restore what matches now and then, prove that it works, and clean up."""

    name: Name
    match: DrillMatch = msgspec.field(default_factory=DrillMatch)
    every: Annotated[Age, Meta(title="Each series of images is drilled that often")]
    boot: Boot | None = None
    restore_within: Annotated[Spell, Meta(title="A drill whose restore takes longer has failed")] | None = None
    hours: Annotated[Hours, Meta(title="A drill begins in these hours alone")] | None = None
    most_a_day: Annotated[int, Meta(ge=1, le=100, title="At most so many begin in a day", description="1 to 100")] = 1
