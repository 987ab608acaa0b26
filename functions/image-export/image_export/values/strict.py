"""What every part of policy.yaml is made of. Pure. Not the policy itself: `policy.py` and `match.py` are."""

from typing import Annotated

import msgspec
from msgspec import Meta

Name = Annotated[str, Meta(min_length=1, max_length=64, description="1 to 64 characters")]


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the policy in which an unknown key is a fault."""
