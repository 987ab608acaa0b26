"""The buckets of the account and what is in them."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emulator.cloud import Cloud


class Oss:
    """Buckets by name."""

    def __init__(self, cloud: "Cloud") -> None:
        self.cloud = cloud

    def create_bucket(self, name: str, *, region: str) -> None:
        """Make a bucket."""

    def state(self) -> list[dict[str, Any]]:
        """Every object."""
        return []
