"""Who may call: access keys, RAM roles and the policies they have. What they may do is judged in `ram`."""

import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from alicloud_emulator.ram.documents import Trusted, read_trust
from alicloud_emulator.ram.policies import Policies, Policy, PolicyName

ALPHABET = string.ascii_letters + string.digits
EXPORT_ROLE = "AliyunECSImageExportDefaultRole"  # with which ECS writes to OSS
IMPORT_ROLE = "AliyunECSImageImportDefaultRole"  # with which ECS reads from OSS


def trust(**principals: list[str]) -> dict[str, Any]:
    """The document of a trust policy that lets these in: `RAM=[…]`, `Service=[…]`."""
    statement: dict[str, Any] = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principals}
    return {"Version": "1", "Statement": [statement]}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessKey:
    """A key pair, and the token and end of it where STS issued it."""

    access_key_id: str
    secret: str
    security_token: str | None
    expires_at: datetime | None
    account_id: str
    principal: str  # ARN of the user or the role session
    role: str | None  # ARN of the role whose session this is
    session: Policy | None  # what the session is narrowed to
    origin: str | None  # the function instance that it was issued to, directly or through AssumeRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A RAM role: whom it trusts, and the names of the policies that it has."""

    name: str
    account_id: str
    role_id: str
    trust: Mapping[str, Any] = field(default_factory=dict)
    policies: tuple[PolicyName, ...] = ()
    max_session_duration_s: int = 3600
    description: str = ""
    created: str = "2026-01-01T00:00:00Z"

    def __post_init__(self) -> None:
        self.trusts()  # raises PolicyError

    def trusts(self) -> tuple[Trusted, ...]:
        """The statements of its trust policy."""
        return read_trust(self.trust)

    @property
    def arn(self) -> str:
        """`acs:ram::<account>:role/<name>`, with RAM's spelling of the name."""
        return f"acs:ram::{self.account_id}:role/{self.name}"


class Identity:
    """Keys by id, roles by ARN (RAM compares them without regard to case)."""

    def __init__(self, account_id: str) -> None:
        self.account_id = account_id
        self.keys: dict[str, AccessKey] = {}
        self.policies = Policies()
        self._roles: dict[str, Role] = {}
        self.administrator = self.issue(f"acs:ram::{account_id}:user/administrator")

    def issue(
        self,
        principal: str,
        *,
        account_id: str | None = None,
        expires_at: datetime | None = None,
        origin: str | None = None,
        role: str | None = None,
        session: Policy | None = None,
    ) -> AccessKey:
        """A new key; one that expires is an STS key and comes with a security token. Without a role it may do all."""
        key = AccessKey(
            access_key_id=("STS.NT" if expires_at else "LTAI5t") + text(18),
            secret=text(30 if not expires_at else 44),
            security_token="CAIS" + text(200) if expires_at else None,
            expires_at=expires_at,
            account_id=account_id or self.account_id,
            principal=principal,
            role=role,
            session=session,
            origin=origin,
        )
        self.keys[key.access_key_id] = key
        return key

    def origin_of(self, access_key_id: str | None) -> str | None:
        """The function instance that holds this key, if one does."""
        key = self.keys.get(access_key_id or "")
        return key.origin if key else None

    def add_role(self, name: str, **details: Any) -> Role:
        """A new role of the account, or the replacement of the one with that name; `details` are `Role`'s fields.

        Raises PolicyError where its trust policy is none.
        """
        role = Role(
            **{"name": name, "account_id": self.account_id, "role_id": "3" + text(16, string.digits), **details}
        )
        self._roles[role.arn.lower()] = role
        return role

    def role(self, arn: str) -> Role | None:
        """The role with this ARN."""
        return self._roles.get(arn.lower())

    def remove_role(self, arn: str) -> None:
        """Forget a role; the keys of its sessions may do nothing any more."""
        self._roles.pop(arn.lower(), None)

    def roles(self) -> tuple[Role, ...]:
        """Every role there is."""
        return tuple(self._roles.values())

    def policies_of(self, role: Role) -> list[Policy]:
        """The policies that a role has and that exist."""
        found = (self.policies.find(role.account_id, name) for name in role.policies)
        return [policy for policy in found if policy]


def text(length: int, alphabet: str = ALPHABET) -> str:
    """Random text for ids and secrets."""
    return "".join(secrets.choice(alphabet) for _ in range(length))
