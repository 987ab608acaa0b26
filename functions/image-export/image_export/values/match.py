"""Which images a rule wants, in the words of docs/policy.md. `decisions/policy/matching.py` compares."""

from datetime import timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from .strict import Strict
from .wire import END

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
GIB = {"GiB": 1, "TiB": 1024}

Text = Annotated[str, Meta(min_length=1, description="a text that is not empty")]
Glob = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=128,  # an image's name has at most as many (CreateImage page)
        description="a name or a glob in quotes: * stands for any text, ? for one character, [ab] for a or b",
    ),
]
TagValue = Annotated[
    str, Meta(description='a text, in quotes where YAML reads something else without them: "true", "1"')
]
Age = Annotated[
    str,
    Meta(
        pattern=r"^[1-9][0-9]{0,4}[mhdw]" + END,
        description="a whole number and one of m, h, d, w (minutes, hours, days, weeks), such as 90m, 1h or 90d",
    ),
]
Size = Annotated[
    str,
    Meta(
        pattern=r"^[1-9][0-9]{0,5}(GiB|TiB)" + END,
        description="a whole number and GiB or TiB, such as 100GiB",
    ),
]


class Match(Strict, frozen=True, kw_only=True):
    """Which images a rule wants: those that have all of what is given. What is left out matches every image."""

    name: Annotated[Glob, Meta(title="The image's name; capitals matter")] | None = None
    tags: Annotated[
        dict[Text, TagValue],
        Meta(title="Tags that the image has, with exactly these values", description='tags, such as {export: "true"}'),
    ] = msgspec.field(default_factory=dict)
    family: Annotated[Text, Meta(title="The image's family, exactly")] | None = None
    os_type: Literal["linux", "windows"] | None = None
    platform: Annotated[Text, Meta(title="The platform, such as Ubuntu; capitals do not matter")] | None = None
    architecture: Literal["x86_64", "arm64", "i386"] | None = None
    larger_than: Annotated[Size, Meta(title="All disks together are larger than this")] | None = None
    smaller_than: Annotated[Size, Meta(title="All disks together are smaller than this")] | None = None
    older_than: Annotated[Age, Meta(title="Created longer ago than this")] | None = None
    newer_than: Annotated[Age, Meta(title="Created not as long ago as this")] | None = None


def span(age: str) -> timedelta:
    """`90d` as a span of time."""
    return int(age[:-1]) * UNITS[age[-1]]


def gib(size: str) -> int:
    """`2TiB` in GiB."""
    return int(size[:-3]) * GIB[size[-3:]]
