"""What restores need: their role in each account, the one that ECS reads with, and the function that unpacks."""

from collections.abc import Iterator

from image_export.errors import CloudFault
from image_export.values.account import AssumedRole
from image_export.values.policy import Account

from ...cloud.rpc_calls import NO_ROLE
from ...deployment.deployment import UNPACK
from ...deployment.finding import Finding, looking, note, ok, wrong
from ...rights import needs
from ...rights.documents import met_by_drills, policy, trust, trusts, written
from ..examined import Examined
from .roles import missing, right_faults, trust_faults

SWITCH_ON = "Update the stack of template.yml in that account with Restore."
NOT_ASKED = "No account of the policy has a restore_role_arn, so that nothing can be restored."


def restores(examined: Examined) -> Iterator[Finding]:
    """One quiet line where the policy allows none."""
    allowed = needs.restoring(examined.deployment)
    if not allowed:
        yield ok("restores", NOT_ASKED)
        return
    yield from _function(examined)
    for account in allowed:
        role = account.restore_role
        if role is None:
            continue
        if examined.is_own(account):
            yield from looking(f"role {role.role_arn}", _own, examined, account, role)
            yield from looking(f"role {needs.IMPORT_ROLE}", _ecs, examined, account)
        else:
            yield _tried(examined, account, role)


def _function(examined: Examined) -> Iterator[Finding]:
    """Whether it is deployed is looked at with the others."""
    named = [one for one in examined.deployment.functions if one.handler == UNPACK]
    if not any(one.name == needs.UNPACKER for one in named):
        message = "s.yaml has no such function, and a restore may need it to unpack a disk."
        yield wrong(needs.UNPACKER, message, "Take its function from the s.yaml of this version, and deploy.")


def _own(examined: Examined, account: Account, role: AssumedRole) -> Iterator[Finding]:
    deployment = examined.deployment
    arns = [deployment.role_arn(name) for name in deployment.roles if deployment.restores(name)]
    wanted = trust("RAM", arns, role.external_id)
    found = examined.cloud.role(role.role_arn.rpartition("/")[2])
    if found is None:
        yield missing(role.role_arn, "There is no such role, and policy.yaml restores with it.", SWITCH_ON, wanted)
        return
    trusted = {arn: trusts(found.trust, "RAM", arn, role.external_id) for arn in arns}
    faults = [
        *trust_faults(found, trusted, SWITCH_ON, wanted),
        *right_faults(
            found._replace(policies=met_by_drills(found.policies)), needs.of_restores(deployment, account), SWITCH_ON
        ),
    ]
    yield from faults or [ok(f"role {found.arn}", "Trusts the functions that restore, and may do what restores do.")]


def _ecs(examined: Examined, account: Account) -> Iterator[Finding]:
    wanted = trust("Service", ["ecs.aliyuncs.com"])
    found = examined.cloud.role(needs.IMPORT_ROLE)
    if found is None:
        message = "There is no such role, so ECS cannot read what it is to import."
        yield missing(needs.IMPORT_ROLE, message, SWITCH_ON, wanted)
        return
    faults = [
        *trust_faults(
            found, {"ecs.aliyuncs.com": trusts(found.trust, "Service", "ecs.aliyuncs.com")}, SWITCH_ON, wanted
        ),
        *right_faults(found, needs.of_ecs_import(account), SWITCH_ON),
    ]
    yield from faults or [ok(f"role {needs.IMPORT_ROLE}", "Trusts ecs.aliyuncs.com and may read the buckets.")]


def _tried(examined: Examined, account: Account, role: AssumedRole) -> Finding:
    """In the name of whoever deploys: another account's role cannot be read from here."""
    rights = written(policy(needs.of_restores(examined.deployment, account)))
    advice = f"See that it trusts the functions' roles and may do this, and that the account has {needs.IMPORT_ROLE}."
    try:
        examined.cloud.assume(role)
    except CloudFault as fault:
        if fault.code == NO_ROLE:
            return wrong(f"role {role.role_arn}", f"{fault.code}: {fault.cause.message}", SWITCH_ON)
        message = f"Cannot be assumed by whoever deploys, which the functions need not mind: {fault.code}."
        return note(f"role {role.role_arn}", message, advice, rights)
    return note(
        f"role {role.role_arn}", "Can be assumed by whoever deploys; its policies are not seen.", advice, rights
    )
