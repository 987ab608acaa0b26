"""The function's environment as values (docs/deploy.md). Pure."""

from typing import Literal

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the deployment says. `endpoint`: None is the cloud itself, over HTTPS."""

    ledger_bucket: str
    ledger_prefix: str = ""  # none: the ledger has the bucket for itself
    policy: str = "policy.yaml"
    endpoint: str | None = None
    http_auth: Literal["bearer", "platform"] = "bearer"
    http_tokens: tuple[str, ...] = ()
    log_level: str = "info"
