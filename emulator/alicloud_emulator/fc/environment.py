"""The environment of an instance: what FC sets, what the function's definition says, and nothing of the host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from alicloud_emulator.fc.definition import Function
from alicloud_emulator.fc.invocation import Invocation
from alicloud_emulator.identity import AccessKey

DEBIAN_10_OR_OLDER = ("python3.9", "python3.10")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an instance lives."""

    account_id: str
    instance_id: str
    home: Path
    runtime_api: str  # host:port


def environment(function: Function, place: Place, key: AccessKey | None) -> dict[str, str]:
    """FC's system variables (page "Environment variables" of FC), the role's key, and those of the definition."""
    version = "FC_VER_ID" if function.runtime in DEBIAN_10_OR_OLDER else "FC_FUNCTION_VERSION"
    return {
        **function.environment,
        **credentials(key),
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(place.home),
        "FC_RUNTIME_API": place.runtime_api,
        "FC_FUNC_CODE_PATH": str(function.code),
        "FC_ACCOUNT_ID": place.account_id,
        "FC_FUNCTION_HANDLER": function.handler,
        "FC_FUNCTION_MEMORY_SIZE": str(function.memory_mib),
        "FC_FUNCTION_NAME": function.name,
        "FC_REGION": function.region,
        "FC_INSTANCE_ID": place.instance_id,
        version: "LATEST",
    }


def credentials(key: AccessKey | None) -> dict[str, str]:
    """The key of the function's role; a function without a role has none."""
    if key is None:
        return {}
    return {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": key.access_key_id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": key.secret,
        "ALIBABA_CLOUD_SECURITY_TOKEN": key.security_token or "",
    }


def headers(function: Function, account_id: str, invocation: Invocation, key: AccessKey | None) -> Mapping[str, str]:
    """What the runtime API says of an invocation."""
    return {
        "x-fc-request-id": invocation.request_id,
        "x-fc-access-key-id": key.access_key_id if key else "",
        "x-fc-access-key-secret": key.secret if key else "",
        "x-fc-security-token": (key.security_token or "") if key else "",
        "x-fc-function-name": function.name,
        "x-fc-function-handler": function.handler,
        "x-fc-function-memory": str(function.memory_mib),
        "x-fc-function-timeout": str(function.timeout_s),
        "x-fc-function-type": "event",
        "x-fc-region": function.region,
        "x-fc-account-id": account_id,
        "x-fc-qualifier": "LATEST",
        "x-fc-retry-count": str(invocation.retry_count),
    }
