"""What is said about a policy file: a line for each fault and warning, as compilers write them. Asks nobody."""

import os
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple, NoReturn

import click
from msgspec import structs
from rich.text import Text

from image_export.decisions.policy.check import Checked, check_policy
from image_export.values.policy import Policy

from ..answers.policy_check import PolicyCheck
from ..deployed import say
from ..deployment.files import beside_index, many, read_plan
from ..exit_codes import ExitCode
from ..options import Output
from ..remarks import STYLES, lines
from ..session import NOBODY
from ..tables import show_document, terminal


class Given(NamedTuple):
    """A file, as people call it, and what is in it."""

    name: str
    text: bytes


def read(file: Path | None, deployment: Path) -> Given:
    """The file, stdin, or what is beside the functions. Ends with 2 where there is none."""
    if file and str(file) == "-":
        return Given("-", sys.stdin.buffer.read())
    try:
        return Given(str(file), file.read_bytes()) if file else _beside_functions(deployment)
    except (OSError, KeyError, zipfile.BadZipFile) as fault:
        _end(f"{file or deployment} cannot be read: {getattr(fault, 'strerror', None) or fault}.")


def _beside_functions(deployment: Path) -> Given:
    plan = read_plan(deployment, os.environ, NOBODY)
    if plan.settings is None:
        _end(" ".join(one.message for one in plan.findings if not one.is_ok))
    if plan.settings.policy.startswith("oss://"):
        _end(f"The policy of {deployment} is {plan.settings.policy}, which this does not fetch: name a FILE.")
    code = deployment.parent / plan.functions[0].code
    return Given(str(code / plan.settings.policy), beside_index(code, plan.settings.policy))


def judge(given: Given, output: Output) -> ExitCode:
    """Say all of it, on stdout."""
    checked, policy = check_policy(given.text)
    if output == "json":
        show_document(PolicyCheck(file=given.name, **structs.asdict(checked)))
    else:
        console = terminal()
        for line in lines(given.name, checked):
            said = Text.assemble(line.where, (line.kind, STYLES[line.kind]), line.words)
            console.print(said, soft_wrap=not console.is_terminal)
        console.print(Text(_summary(given, checked, policy)), soft_wrap=not console.is_terminal)
    return ExitCode.DONE if checked.valid else ExitCode.WRONG


def _summary(given: Given, checked: Checked, policy: Policy | None) -> str:
    more = f", {many(checked.warnings, 'warning')}" if checked.warnings else ""
    if policy:
        return f"{given.name} is valid: {many(policy.accounts, 'account')}, {many(policy.rules, 'rule')}{more}."
    return f"{given.name} is not valid: {many(checked.faults, 'fault')}{more}."


def _end(message: str) -> NoReturn:
    say(f"✗ {message}")
    raise click.exceptions.Exit(ExitCode.WRONG)
