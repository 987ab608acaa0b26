"""The images of now, account by account and region by region, as a person's own keys may see them. Decides nothing."""

from collections.abc import Iterator

from image_export.errors import CloudFault, Refused
from image_export.use_cases.night.list_images import Listed, pages
from image_export.values.place import Scope
from image_export.values.policy import Account, Policy

from .deployed import Deployed, say
from .rights.documents import not_let_in

NOT_LET_IN = frozenset({"NoPermission", "EntityNotExist.Role"})


def scopes(*policies: Policy) -> Iterator[tuple[Account, Scope]]:
    """Every account and region of these policies, once."""
    seen = set()
    for policy in policies:
        for scope in policy.scopes():
            account = policy.account(scope.role.account_id)
            if account and scope.place not in seen:
                seen.add(scope.place)
                yield account, scope


class Images:
    """In our own account with the caller's keys, in others through the policy's roles."""

    def __init__(self, deployed: Deployed) -> None:
        self._deployed, self._home = deployed, deployed.deployment.account_id
        self._clouds = deployed.account.clouds(self._home)

    def pages(self, scope: Scope) -> Iterator[Listed]:
        """Those of an account and region, a page at a time. Raises CloudFault."""
        return pages(self._clouds.at(scope.role, scope.region_id))

    def in_words(self, account: Account, fault: CloudFault) -> str:
        """Why an account could not be read, and the statement that would let the caller in."""
        said = f"{fault.code}: {fault.cause.message}"
        is_other = account.account_id != self._home
        if is_other and isinstance(fault, Refused) and fault.code in NOT_LET_IN:
            said += f" {not_let_in(account, self._deployed.caller.principal)}"
        return said


def say_not_read(account: Account, scope: Scope, why: str) -> None:
    """On stderr."""
    say(f"? {account.name} {scope.region_id} could not be read: {why}")


def unread(listed: Listed) -> Iterator[str]:
    """What a page has that could not be read, in words."""
    return (f"entry {one.entry} of its images cannot be read: {one.field}" for one in listed.unread)
