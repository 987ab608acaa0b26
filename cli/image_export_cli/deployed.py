"""A deployment that a verb works at: its ledger, its policy and its function of events, in the caller's own name."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import click
from msgspec.structs import replace

from image_export.edges.aliyun.hosts import Addresses
from image_export.use_cases.ledger.ledger import Ledger
from image_export.values.cause import Cause
from image_export.values.policy import Policy

from .cloud.account import CloudAccount
from .cloud.invoking import Entrance
from .cloud.probes import DENIALS
from .cloud.rpc_calls import Caller
from .deployment.deployment import EVENT, Deployment
from .deployment.files import POLICY
from .deployment.finding import Finding
from .exit_codes import ExitCode, worst
from .options import said
from .session import Session
from .tables import show_text

OWN_RIGHTS = (
    "Your keys lack that right: `image-export policies operator-read` prints the policy of whoever looks, and "
    "`operator` that of whoever acts."
)
ACCOUNT_ID = re.compile(r"[0-9]{5,20}")
NO_POLICY = Policy(accounts=(), rules=(), notify=())  # enough for who looks at the ledger, or asks the functions


class Deployed(NamedTuple):
    """What a verb needs of a deployment. `account`: the functions' own account, in the name of whoever calls."""

    deployment: Deployment
    account: CloudAccount
    ledger: Ledger
    entrance: Entrance
    caller: Caller

    def account_id(self, said: str | None) -> str | None:
        """The id of an account that somebody has called by its id or its name. Raises UsageError."""
        accounts = self.deployment.policy.accounts
        named = next((account.account_id for account in accounts if account.name == said), said)
        if named is None or ACCOUNT_ID.fullmatch(named):
            return named
        has = ", ".join(f"{account.name} ({account.account_id})" for account in accounts) or "none"
        raise click.UsageError(f"There is no account {named} in the policy; it has: {has}.")


def at(file: Path, *, instead: Policy | None = NO_POLICY) -> Deployed:
    """The deployment of an s.yaml, with `instead` where its policy cannot be used, which is said on stderr.

    Says on stderr what else is wrong with keys or files, and ends with 2; with 3 where nobody could tell.
    """
    session = Session(file, os.environ, said().profile, instead)
    findings = list(session.open())
    deployment = session.deployment
    if deployment is None or session.caller is None:
        for finding in findings:
            if not finding.is_ok:
                say(f"✗ {finding.subject}: {finding.message} {finding.recommend or ''}".rstrip())
        raise click.exceptions.Exit(ending(findings))
    for finding in findings:
        if finding.subject == POLICY and not finding.is_ok:
            say(f"The deployed policy cannot be used, so this goes on without it: {finding.message}")
    addresses = Addresses(deployment.settings.endpoint)
    account = CloudAccount(session.keys, addresses, deployment.region)
    home = (deployment.account_id, deployment.region)
    name = next(function.name for function in deployment.functions if function.handler == EVENT)
    entrance = Entrance(session.keys, addresses, home, name)
    return Deployed(deployment, account, account.ledger(deployment.settings), entrance, session.caller)


def ending(findings: Iterable[Finding]) -> ExitCode:
    """The code of findings for whoever cannot go on: a file or keys that are wrong, or what nobody could tell."""
    return worst([ExitCode.UNKNOWN if one.status == "unknown" else ExitCode.WRONG for one in findings if not one.is_ok])


def cause_in_words(cause: Cause) -> str:
    """Code, message and advice on one line."""
    return f"{cause.code}: {cause.message} {cause.recommend or ''}".rstrip()


def to_the_person(cause: Cause) -> Cause:
    """A fault of a call in the person's own name: a refusal lacks a right of theirs, and not one of a role of ours."""
    return replace(cause, recommend=OWN_RIGHTS) if cause.code in DENIALS else cause


def say(text: str) -> None:
    """To the person, beside the answer."""
    show_text(text, stderr=True)
