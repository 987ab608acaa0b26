"""The minimal RAM policies of a deployment, by role: what the verb `policies` prints. Pure."""

from collections.abc import Iterable
from typing import Any

from ..deployment.deployment import Deployment
from . import needs
from .documents import Need, policy

# Whoever runs the doctor, looks with the command, acts with it
PEOPLE = {"doctor": needs.of_doctor, "operator-read": needs.of_reader, "operator": needs.of_operator}


def minimal_policies(deployment: Deployment) -> dict[str, dict[str, Any]]:
    """By role name in our own account, by ARN in others, and those of people under the names of `PEOPLE`.

    A role that serves two purposes has the statements of both.
    """
    found: dict[str, list[Need]] = {}
    for name in deployment.roles:
        found.setdefault(name, []).extend(needs.of_functions(deployment, name))
    for account in deployment.policy.accounts:
        own = account.account_id == deployment.account_id
        there = "" if own else f"acs:ram::{account.account_id}:role/"
        name = account.role_arn.rpartition("/")[2]
        found.setdefault(there + name, []).extend(needs.of_account(account))
        found.setdefault(there + needs.SERVICE_ROLE, []).extend(needs.of_ecs(account))
        if account.restore_role_arn:
            restores = account.restore_role_arn.rpartition("/")[2]
            found.setdefault(there + restores, []).extend(needs.of_restores(deployment, account))
            found.setdefault(there + needs.IMPORT_ROLE, []).extend(needs.of_ecs_import(account))
    for name, of_people in PEOPLE.items():
        found[name] = of_people(deployment)
    return {name: policy(_once(wanted)) for name, wanted in found.items()}


def _once(wanted: Iterable[Need]) -> list[Need]:
    return list(dict.fromkeys(wanted))
