"""What an event turned out to be. Pure."""

from datetime import datetime

import msgspec
from msgspec import field

from .cause import Cause
from .export import ImageFormat
from .wire import Wire


class Sighting(Wire, frozen=True, kw_only=True):
    """An event named an image. `state` where it told one; `named_by_creation`: it may not be visible yet."""

    event_id: str = field(name="EventId")
    account_id: str | None = field(name="AccountId", default=None)
    region_id: str = field(name="RegionId")
    image_id: str = field(name="ImageId")
    state: str | None = field(name="State", default=None)
    named_by_creation: bool = field(name="NamedByCreation", default=False)


class Sighted(Sighting, frozen=True, kw_only=True):
    """A sighting that is not decided upon. `named_at`: when it was first named, once the image was seen.

    Written again when the image is first seen Available: the fact's own time is that of the first look then.
    """

    named_at: datetime | None = field(name="NamedAt", default=None)
    available: bool = field(name="Available", default=False)


class DirectRequest(Wire, frozen=True, kw_only=True):
    """Somebody asks for one export, in the ExportImage API's own parameters. Not yet admitted by the policy.

    `event_id`: of the message that it came in, which stays the same however often that is delivered.
    """

    account_id: str | None = field(name="AccountId", default=None)
    region_id: str | None = field(name="RegionId", default=None)
    image_id: str = field(name="ImageId")
    oss_bucket: str = field(name="OSSBucket")
    oss_prefix: str | None = field(name="OSSPrefix", default=None)
    image_format: ImageFormat = field(name="ImageFormat", default="raw")
    role_name: str | None = field(name="RoleName", default=None)
    client_token: str | None = field(name="ClientToken", default=None)
    dry_run: bool = field(name="DryRun", default=False)
    event_id: str | None = field(name="EventId", default=None)


class Ignored(msgspec.Struct, frozen=True, kw_only=True):
    """Not our business, and why."""

    reason: str
    event_id: str | None = None


class Malformed(Wire, frozen=True, kw_only=True):
    """It claims to be ours and cannot be understood. `digest`: SHA-256 of the bytes."""

    cause: Cause = field(name="Cause")
    digest: str = field(name="Digest")


Arrival = Sighting | DirectRequest | Ignored | Malformed
