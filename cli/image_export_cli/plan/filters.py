"""Which rows of a plan somebody wants to see. Pure."""

from fnmatch import fnmatchcase
from typing import NamedTuple

from image_export.values.place import Scope
from image_export.values.policy import Account

from ..answers.plan import PlannedImage


class Filters(NamedTuple):
    """What is left out leaves everything in."""

    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    image_name: str | None = None
    wanted: bool = False

    def is_place(self, account: Account, scope: Scope) -> bool:
        """Whether rows of that account and region are wanted."""
        named = not self.accounts or {account.name, account.account_id} & set(self.accounts)
        return bool(named) and (not self.regions or scope.region_id in self.regions)

    def is_image(self, row: PlannedImage) -> bool:
        """Whether the image is meant, would it start or not."""
        by_rule = not self.rules or row.rule in self.rules
        return by_rule and (self.image_name is None or fnmatchcase(row.image_name, self.image_name))
