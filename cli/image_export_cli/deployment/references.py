"""What stands behind the `${…}` of s.yaml: vars, variables of the shell, the account. Pure: the shell is given.

Serverless Devs 3.0.0: `${vars.…}`, `${env('NAME', 'default')}`, `${config('AccountID')}`.
"""

import re
from collections.abc import Mapping
from typing import Any

from .section import Misplaced

REFERENCE = re.compile(r"\$\{\s*([^{}]+?)\s*\}")
ENV = re.compile(r"""env\(\s*['"]?(\w+)['"]?\s*(?:,\s*['"]?([^'"]*)['"]?\s*)?\)""")
ACCOUNT = re.compile(r"""config\(\s*['"]?AccountID['"]?\s*\)""")
DEEPEST = 20  # references that lead to references; more go in a circle


class References:
    """The vars of a file, the shell and the account."""

    def __init__(self, variables: Mapping[str, Any], environ: Mapping[str, str], account_id: str) -> None:
        self._variables = variables
        self._environ = environ
        self._account_id = account_id

    def resolve(self, value: Any, path: str, depth: int = 0) -> Any:
        """The value with everything in it replaced. Raises Misplaced with the path of what leads nowhere."""
        if isinstance(value, dict):
            return {key: self.resolve(one, f"{path}.{key}", depth) for key, one in value.items()}
        if isinstance(value, list):
            return [self.resolve(one, f"{path}[{place}]", depth) for place, one in enumerate(value)]
        if not isinstance(value, str):
            return value
        if depth > DEEPEST:
            raise Misplaced(f"{path}: {value}: leads back to itself")
        whole = REFERENCE.fullmatch(value)
        if whole:
            return self._named(whole[1], path, depth)
        return REFERENCE.sub(lambda found: str(self._named(found[1], path, depth)), value)

    def _named(self, name: str, path: str, depth: int) -> Any:
        if name.startswith("vars."):
            return self.resolve(self._variable(name, path), path, depth + 1)
        if ACCOUNT.fullmatch(name):
            return self._account_id
        found = ENV.fullmatch(name)
        if not found:
            raise Misplaced(f"{path}: ${{{name}}}: want vars.…, env('NAME', 'default') or config('AccountID')")
        if found[1] not in self._environ and found[2] is None:
            raise Misplaced(f"{path}: ${{{name}}}: your shell has no {found[1]}, and there is no default")
        return self._environ.get(found[1], found[2])

    def _variable(self, name: str, path: str) -> Any:
        at: Any = self._variables
        for part in name.split(".")[1:]:
            if not isinstance(at, dict) or part not in at:
                raise Misplaced(f"{path}: ${{{name}}}: vars has no {part!r}")
            at = at[part]
        return at
