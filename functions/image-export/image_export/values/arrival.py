"""What an event turned out to be. Pure."""

from datetime import datetime

from .cause import Cause
from .export import ImageFormat
from .wire import Wire


class Sighting(Wire, frozen=True, kw_only=True):
    """An event named an image. `state` where it told one; `named_by_creation`: it may not be visible yet."""

    event_id: str
    account_id: str | None = None
    region_id: str
    image_id: str
    state: str | None = None
    named_by_creation: bool = False


class Sighted(Sighting, frozen=True, kw_only=True):
    """A sighting that is not decided upon. `named_at`: when it was first named, once the image was seen.

    Written again when the image is first seen Available: the fact's own time is that of the first look then.
    """

    named_at: datetime | None = None
    available: bool = False


class DirectRequest(Wire, frozen=True, kw_only=True):
    """Somebody asks for one export, in the ExportImage API's own parameters. Not yet admitted by the policy.

    `event_id`: of the message that it came in, which stays the same however often that is delivered.
    """

    account_id: str | None = None
    region_id: str | None = None
    image_id: str
    oss_bucket: str
    oss_prefix: str | None = None
    image_format: ImageFormat = "raw"
    role_name: str | None = None
    client_token: str | None = None
    dry_run: bool = False
    event_id: str | None = None


class Ignored(Wire, frozen=True, kw_only=True):
    """Not our business, and why."""

    reason: str
    event_id: str | None = None


class Malformed(Wire, frozen=True, kw_only=True):
    """It claims to be ours and cannot be understood. `digest`: SHA-256 of the bytes."""

    cause: Cause
    digest: str


Arrival = Sighting | DirectRequest | Ignored | Malformed
