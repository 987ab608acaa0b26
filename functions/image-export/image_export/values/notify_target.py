"""Who is told: a bus or a function. A *destination* is something else, the bucket that an export goes to."""

import hashlib
from typing import Annotated

import msgspec
from msgspec import Meta, field

from .wire import END

# "Limits" page of EventBridge; names in the fc3 component's schema of Serverless Devs, which are those of both FC APIs
BusName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,126}" + END,
        description="1 to 127 letters, digits and hyphens, not a hyphen first",
    ),
]
FunctionName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z_][A-Za-z0-9_-]{0,63}" + END,
        description="1 to 64 letters, digits, underscores and hyphens, a letter or an underscore first",
    ),
]
ServiceName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z_][A-Za-z0-9_-]{0,127}" + END,
        description="1 to 128 letters, digits, underscores and hyphens, a letter or an underscore first",
    ),
]
Qualifier = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_][A-Za-z0-9_-]{0,127}" + END,
        description="LATEST, a version's number, or an alias of letters, digits, underscores and hyphens",
    ),
]


class EventBus(msgspec.Struct, frozen=True, kw_only=True, tag="eventbridge", tag_field="kind"):
    """A custom bus of EventBridge (custom events are not taken on `default`)."""

    bus: str = field(name="bus")
    region: str = field(name="region")

    @property
    def name(self) -> str:
        """How logs and facts call it."""
        return f"eventbridge:{self.region}:{self.bus}"


class Function(msgspec.Struct, frozen=True, kw_only=True, tag="function", tag_field="kind"):
    """A function of FC 2.0 (with `service`) or FC 3.0 (without), invoked asynchronously in our own region."""

    function: str = field(name="function")
    service: str | None = field(name="service", default=None)
    qualifier: str | None = field(name="qualifier", default=None)

    @property
    def name(self) -> str:
        """How logs and facts call it."""
        return f"function:{self.service or ''}/{self.function}" + (f"/{self.qualifier}" if self.qualifier else "")


NotifyTarget = EventBus | Function


def target_slug(target: NotifyTarget) -> str:
    """A short, stable, key-safe name of the target for told-facts."""
    return hashlib.sha256(target.name.encode()).hexdigest()[:12]
