"""What every part of policy.yaml is made of. Pure. Not the policy itself: `policy.py` and `match.py` are."""

from typing import Annotated

import msgspec
from msgspec import Meta

from .wire import END

Name = Annotated[str, Meta(min_length=1, max_length=64, description="1 to 64 characters")]
# Ours alone: whoever writes the policy has no other variable of the function sent anywhere
EnvName = Annotated[
    str,
    Meta(
        pattern=r"^env:IMAGE_EXPORT_[A-Z0-9_]{1,100}" + END,
        description="env: and the name of a variable of the function, such as env:IMAGE_EXPORT_OPS_URL",
    ),
]


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the policy in which an unknown key is a fault."""
