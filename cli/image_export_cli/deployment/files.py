"""What the files of a deployment say, and what is wrong in them. Raises nothing; reads s.yaml and policy.yaml."""

import zipfile
from collections.abc import Callable, Mapping, Sized
from pathlib import Path
from typing import NamedTuple

from image_export.decisions.policy.doubts import doubts
from image_export.decisions.policy.file import read_policy
from image_export.errors import CloudFault, OurFault
from image_export.values.policy import Policy
from image_export.values.settings import Settings

from .finding import Finding, ok, unknown, wrong
from .serverless import Function, read_functions
from .settings import shared_settings
from .timeouts import too_long

POLICY = "policy"  # the subject of what is found of it
Fetch = Callable[[str, str], bytes | None]
"""An object of OSS, by bucket and key."""


class Plan(NamedTuple):
    """s.yaml: its functions, and the settings that they share (None where those are not valid)."""

    functions: tuple[Function, ...]
    settings: Settings | None
    findings: list[Finding]


def read_plan(file: Path, environ: Mapping[str, str], account_id: str) -> Plan:
    """The functions and their settings."""
    try:
        functions = read_functions(file.read_bytes(), environ, account_id)
    except OSError as fault:
        return Plan((), None, [wrong(str(file), f"Cannot be read: {fault.strerror}.", "Name it with --deployment.")])
    except OurFault as fault:
        return Plan((), None, [wrong(str(file), fault.cause.message, "Correct it: s deploy would stumble, too.")])
    found = [ok(file.name, f"Has the functions {', '.join(function.name for function in functions)}.")]
    found += [one for function in functions for one in _too_long(function)]
    settings, more = shared_settings(functions, environ)
    return Plan(functions, settings, [*found, *more])


def _too_long(function: Function) -> list[Finding]:
    return too_long(function.name, function.handler, function.timeout_s, "in s.yaml")


def read_policy_of(plan: Plan, folder: Path, fetch: Fetch | None) -> tuple[Policy | None, Finding]:
    """The policy beside index.py, or in OSS where it can be fetched. `folder` is where s.yaml is."""
    name = plan.settings.policy if plan.settings else ""
    try:
        if not name.startswith("oss://"):
            policy = read_policy(beside_index(folder / plan.functions[0].code, name))
        elif fetch is None:
            return None, unknown(POLICY, f"{name} cannot be fetched without credentials.")
        else:
            policy = read_policy(_fetched(name, fetch))
    except (OSError, KeyError, zipfile.BadZipFile) as fault:
        return None, wrong(POLICY, f"{name} cannot be read: {fault}.", "It belongs beside index.py.")
    except (OurFault, CloudFault) as fault:
        advice = fault.cause.recommend or "Correct it; schemas/policy.json tells an editor what it may say."
        return None, wrong(POLICY, f"{name}: {fault.code}: {fault.cause.message}", advice)
    said = f"{name} is valid: {many(policy.accounts, 'account')}, {many(policy.rules, 'rule')}."
    return policy, ok(POLICY, said, "\n".join(_doubt(path, words) for path, words in doubts(policy)) or None)


def _doubt(path: str, words: str) -> str:
    """A sentence; idle occasions are of the whole policy, the others name their part of it."""
    whole = path in ("policy", "policy.rules")
    return f"{words[0].upper()}{words[1:]}." if whole else f"{path.removeprefix('policy.')}: {words}."


def many(things: Sized, name: str) -> str:
    """`1 rule`, `2 rules`."""
    return f"{len(things)} {name}" + ("" if len(things) == 1 else "s")


def beside_index(code: Path, name: str) -> bytes:
    """A policy from the folder that is deployed, or from its zip. Raises OSError, BadZipFile and KeyError."""
    if code.is_dir():
        return (code / name).read_bytes()
    with zipfile.ZipFile(code) as package:
        return package.read(name)


def _fetched(address: str, fetch: Fetch) -> bytes:
    bucket, _, key = address.removeprefix("oss://").partition("/")
    return fetch(bucket, key) or b""
