"""Who may call: the account's access keys and RAM roles. What they may do is not judged here."""

import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

ALPHABET = string.ascii_letters + string.digits
SERVICE_ROLE = "AliyunECSImageExportDefaultRole"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessKey:
    """A key pair, and the token and end of it where STS issued it."""

    access_key_id: str
    secret: str
    security_token: str | None
    expires_at: datetime | None
    account_id: str
    principal: str  # ARN of the user or the role session
    origin: str | None  # the function instance that it was issued to, directly or through AssumeRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A RAM role. `trust` and `policies` are kept as data."""

    name: str
    account_id: str
    role_id: str
    trust: Mapping[str, Any] = field(default_factory=dict)
    policies: tuple[Mapping[str, Any], ...] = ()
    max_session_duration_s: int = 3600

    @property
    def arn(self) -> str:
        """`acs:ram::<account>:role/<name>`, with RAM's spelling of the name."""
        return f"acs:ram::{self.account_id}:role/{self.name}"


class Identity:
    """Keys by id, roles by ARN (RAM compares them without regard to case)."""

    def __init__(self, account_id: str) -> None:
        self.account_id = account_id
        self.keys: dict[str, AccessKey] = {}
        self._roles: dict[str, Role] = {}
        self.administrator = self.issue(f"acs:ram::{account_id}:user/administrator")

    def issue(
        self,
        principal: str,
        *,
        account_id: str | None = None,
        expires_at: datetime | None = None,
        origin: str | None = None,
    ) -> AccessKey:
        """A new key; one that expires is an STS key and comes with a security token."""
        key = AccessKey(
            access_key_id=("STS.NT" if expires_at else "LTAI5t") + text(18),
            secret=text(30 if not expires_at else 44),
            security_token="CAIS" + text(200) if expires_at else None,
            expires_at=expires_at,
            account_id=account_id or self.account_id,
            principal=principal,
            origin=origin,
        )
        self.keys[key.access_key_id] = key
        return key

    def origin_of(self, access_key_id: str | None) -> str | None:
        """The function instance that holds this key, if one does."""
        key = self.keys.get(access_key_id or "")
        return key.origin if key else None

    def add_role(self, name: str, **details: Any) -> Role:
        """A new role of the account, or the replacement of the one with that name; `details` are `Role`'s fields."""
        role = Role(
            **{"name": name, "account_id": self.account_id, "role_id": "3" + text(16, string.digits), **details}
        )
        self._roles[role.arn.lower()] = role
        return role

    def role(self, arn: str) -> Role | None:
        """The role with this ARN."""
        return self._roles.get(arn.lower())

    def roles(self) -> tuple[Role, ...]:
        """Every role there is."""
        return tuple(self._roles.values())


def text(length: int, alphabet: str = ALPHABET) -> str:
    """Random text for ids and secrets."""
    return "".join(secrets.choice(alphabet) for _ in range(length))
