"""What `GET /healthz` may be asked. Pure."""

from typing import Annotated

from msgspec import Meta, field

from ...values.wire import Wire


class HealthQuery(Wire, frozen=True, kw_only=True):
    """`paused`: as before, when only that brought the pause into the answer."""

    live: Annotated[bool, Meta(description="true: only whether the function answers; nothing is read")] = field(
        name="Live", default=False
    )
    paused: Annotated[bool, Meta(description="Taken, and changes nothing: Paused is in every full answer")] = field(
        name="Paused", default=False
    )
