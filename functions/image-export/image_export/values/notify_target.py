"""Who is told: a bus or a function. A *destination* is something else, the bucket that an export goes to."""

import hashlib

import msgspec


class EventBus(msgspec.Struct, frozen=True, kw_only=True, tag="eventbridge", tag_field="kind"):
    """A custom bus of EventBridge (custom events are not taken on `default`)."""

    bus: str
    region: str

    @property
    def name(self) -> str:
        """How logs and facts call it."""
        return f"eventbridge:{self.region}:{self.bus}"


class Function(msgspec.Struct, frozen=True, kw_only=True, tag="function", tag_field="kind"):
    """A function of FC 2.0 (with `service`) or FC 3.0 (without), invoked asynchronously in our own region."""

    function: str
    service: str | None = None
    qualifier: str | None = None

    @property
    def name(self) -> str:
        """How logs and facts call it."""
        return f"function:{self.service or ''}/{self.function}" + (f"/{self.qualifier}" if self.qualifier else "")


NotifyTarget = EventBus | Function


def target_slug(target: NotifyTarget) -> str:
    """A short, stable, key-safe name of the target for told-facts."""
    return hashlib.sha256(target.name.encode()).hexdigest()[:12]
