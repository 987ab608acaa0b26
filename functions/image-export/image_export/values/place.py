"""A place: an account and a region of it, which have their own images, tasks and quota. Pure."""

import msgspec

from .account import AssumedRole


class Place(msgspec.Struct, frozen=True, order=True):
    """An account and a region of it. Keys and cursors write it as `<account>/<region>`."""

    account_id: str
    region_id: str

    def __str__(self) -> str:
        return f"{self.account_id}/{self.region_id}"

    @property
    def shown(self) -> str:
        """As a person reads it."""
        return f"{self.account_id} {self.region_id}"


class Scope(msgspec.Struct, frozen=True):
    """What a role is assumed for: one region of its account, and the bucket that exports from there go to."""

    role: AssumedRole
    region_id: str
    bucket: str

    @property
    def place(self) -> Place:
        """Where it is."""
        return Place(self.role.account_id, self.region_id)
