"""What a plan is made of: the policy, the one that it is compared with, and where both have images. Reads one file."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, NoReturn

import click

from image_export.decisions.policy.check import check_policy
from image_export.values.place import Scope
from image_export.values.policy import Account, Policy

from ..deployed import Deployed, say
from ..exit_codes import ExitCode
from ..images import scopes
from ..remarks import lines
from .filters import Filters


class Given(NamedTuple):
    """A policy that somebody has written, as people call it."""

    name: str
    policy: Policy


class Sources(NamedTuple):
    """`name` is what people call the policy; `other`: the one to compare with; `judged`: what is doubtful was said."""

    name: str
    policy: Policy
    other: Policy | None
    judged: bool = False

    def scopes(self) -> Iterator[tuple[Account, Scope]]:
        """Every account and region of either policy, once."""
        return scopes(self.policy, *([self.other] if self.other else []))


def sources(deployed: Deployed, given: Given | None, filters: Filters, *, diff: bool) -> Sources:
    """Ends with 2 where a filter names what neither policy has."""
    known = deployed.deployment.policy
    name = given.name if given else deployed.deployment.settings.policy
    found = Sources(name, given.policy if given else known, known if diff else None, judged=given is not None)
    policies = [policy for policy in (found.policy, found.other) if policy]
    accounts = [account for policy in policies for account in policy.accounts]
    for option, asked, has in (
        ("account", filters.accounts, [*(one.name for one in accounts), *(one.account_id for one in accounts)]),
        ("region", filters.regions, [region for account in accounts for region in account.destinations]),
        ("rule", filters.rules, [rule.name for policy in policies for rule in policy.rules]),
    ):
        for one in set(asked) - set(has):
            _end(f"There is no {option} {one} in {name}; it has: {', '.join(dict.fromkeys(has)) or 'none'}.")
    return found


def read(file: Path) -> Given:
    """Says on stderr what there is to say about it. Ends with 2 where it is no valid policy."""
    try:
        checked, policy = check_policy(file.read_bytes())
    except OSError as fault:
        _end(f"{file} cannot be read: {fault.strerror}.")
    for line in lines(str(file), checked):
        say(str(line))
    if policy is None:
        _end(f"{file} is not valid.")
    return Given(str(file), policy)


def _end(message: str) -> NoReturn:
    say(f"✗ {message}")
    raise click.exceptions.Exit(ExitCode.WRONG)
