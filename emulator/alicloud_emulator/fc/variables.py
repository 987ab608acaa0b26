"""The `${…}` of s.yaml: vars, environment variables with a default, and the account. Pure: the environment is given.

Source: Serverless Devs, "Variables" of its YAML specification.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from alicloud_emulator.section import SettingsError

REFERENCE = re.compile(r"\$\{([^{}]+)\}")
ENV = re.compile(r"env\(\s*'?(\w+)'?\s*(?:,\s*'([^']*)'\s*)?\)")
CONFIG = re.compile(r"config\(\s*['\"]?AccountID['\"]?\s*\)")


class Variables:
    """What references stand for."""

    def __init__(self, variables: Mapping[str, Any], environment: Mapping[str, str], account_id: str) -> None:
        self.variables = variables
        self.environment = environment
        self.account_id = account_id

    def resolve(self, value: Any) -> Any:
        """Replace the references in text and in everything below a mapping or list."""
        if isinstance(value, dict):
            return {key: self.resolve(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if not isinstance(value, str):
            return value
        if whole := REFERENCE.fullmatch(value):
            return self.look_up(whole[1])
        return REFERENCE.sub(lambda found: str(self.look_up(found[1])), value)

    def look_up(self, name: str) -> Any:
        """Give the value of one reference; raise SettingsError where there is none."""
        name = name.strip()
        if name.startswith("vars."):
            return self.resolve(self.variable(name))
        if CONFIG.fullmatch(name):
            return self.account_id
        found = ENV.fullmatch(name)
        if not found:
            raise SettingsError(f"${{{name}}}: want vars.<name>, env('NAME', 'default') or config('AccountID')")
        value = self.environment.get(found[1], found[2])
        if value is None:
            raise SettingsError(f"${{{name}}}: {found[1]} is not set and has no default")
        return value

    def variable(self, name: str) -> Any:
        """Follow `vars.a.b`."""
        at: Any = self.variables
        for part in name.split(".")[1:]:
            if not isinstance(at, Mapping) or part not in at:
                raise SettingsError(f"${{{name}}}: there is no {part!r}")
            at = at[part]
        return at
