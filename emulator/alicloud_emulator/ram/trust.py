"""Does a role let this one in? Pure.

Source: RAM page "Modify the trust policy of a RAM role": an account stands for all its users and roles, one of them is
named by its ARN; a condition on `sts:ExternalId` is met by the parameter ExternalId of AssumeRole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from alicloud_emulator.ram.documents import Trusted

Principal = tuple[str, str]  # kind (RAM, Service) and name, as a trust policy writes them


def lets_in(statements: Iterable[Trusted], principals: Iterable[Principal], context: Mapping[str, str]) -> bool:
    """Whether one of these names is trusted under these circumstances, and none is denied."""
    wanted = {(kind, name.lower()) for kind, name in principals}
    applying = [
        statement.allows
        for statement in statements
        if wanted & {(kind, name.lower()) for kind, name in statement.principals}
        and all(condition.met(context) for condition in statement.conditions)
    ]
    return bool(applying) and all(applying)


def names_of(account_id: str, principal: str, role: str | None) -> list[Principal]:
    """The names that a caller goes by: its account's, its own, and that of the role whose session it is."""
    return [("RAM", name) for name in (f"acs:ram::{account_id}:root", principal, role) if name]
