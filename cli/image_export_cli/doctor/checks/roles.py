"""RAM roles: there, trusting who must assume them, and allowed what they need. Read from their policies."""

from collections.abc import Iterable, Iterator

from image_export.decisions.codes import recommendation
from image_export.errors import Refused
from image_export.values.policy import Account

from ...cloud.account import CloudAccount
from ...cloud.rpc_calls import NO_ROLE, Role
from ...deployment.finding import Finding, looking, note, ok, unknown, wrong
from ...rights import needs
from ...rights.documents import (
    Document,
    Need,
    Verdict,
    in_one_line,
    lacking,
    not_let_in,
    policy,
    strangers,
    trust,
    trusts,
    verdict,
    written,
)
from ..examined import Examined

DEPLOY = "Create the stack of template.yml again, or repair the role by hand."
ADD = "Add these statements to a policy of the role; template.yml has them for the bucket, queue and log that it makes."
OURS = ":role/image-export"
ASSUME = (
    "Add these statements to a policy of the role. template.yml lets the functions assume roles named image-export and "
    "no others: call the role so in policy.yaml, or add its name there."
)
LESS = (
    "Update the stack of template.yml: it lets the functions remove markers and hints alone, and only read tokens of "
    "HTTP, and a policy in OSS by its parameter PolicyObject."
)
NOBODY_ELSE = "Let it trust the functions' roles, or their account, and nobody else."


def functions(examined: Examined) -> Iterator[Finding]:
    """The roles that the functions run as."""
    for name in examined.deployment.roles:
        yield from looking(f"role {name}", _function, examined, name)


def _function(examined: Examined, name: str) -> Iterator[Finding]:
    wanted = trust("Service", ["fc.aliyuncs.com"])
    found = examined.cloud.role(name)
    if found is None:
        used = ", ".join(function.name for function in examined.deployment.roles[name])
        yield missing(name, f"There is no such role, and {used} runs as it.", DEPLOY, wanted)
        return
    rights = needs.of_functions(examined.deployment, name)
    faults = [
        *trust_faults(found, {"fc.aliyuncs.com": trusts(found.trust, "Service", "fc.aliyuncs.com")}, DEPLOY, wanted),
        *right_faults(found, [need for need in rights if not _is_renamed(need)], ADD),
        *right_faults(found, [need for need in rights if _is_renamed(need)], ASSUME),
        *_too_much(found, needs.never(examined.deployment)),
    ]
    yield from faults or [ok(f"role {name}", "Trusts fc.aliyuncs.com and may do what its functions do.")]


def _is_renamed(need: Need) -> bool:
    """Whether it is to assume a role that template.yml does not know by its name."""
    return "sts:AssumeRole" in need.actions and any(not one.endswith(OURS) for one in need.resources)


def assumed(examined: Examined) -> Iterator[Finding]:
    """The role that is assumed for each account. Another account's is tried, since it cannot be read from here."""
    for account in examined.deployment.policy.accounts:
        look = _assumed if examined.is_own(account) else _tried
        yield from looking(f"role {account.role_arn}", look, examined, account)


def _assumed(examined: Examined, account: Account) -> Iterator[Finding]:
    arns = _of_exports(examined)
    root = f"acs:ram::{examined.deployment.account_id}:root"
    wanted = trust("RAM", arns, account.external_id)
    found = examined.cloud.role(account.role_arn.rpartition("/")[2])
    if found is None:
        advice = recommendation("EntityNotExist.Role")
        yield missing(account.role_arn, "There is no such role, and policy.yaml names it.", advice, wanted)
        return
    trusted = {arn: trusts(found.trust, "RAM", arn, account.external_id) for arn in arns}
    faults = [
        *(
            list(trust_faults(found, trusted, recommendation("NoPermission"), wanted))
            or _too_wide(found, [*arns, root], wanted)
        ),
        *right_faults(found, needs.of_account(account), recommendation("Forbidden.RAM")),
    ]
    whom = f"all of {root}" if strangers(found.trust, arns) else "the functions' roles alone"
    yield from faults or [ok(f"role {found.arn}", f"Trusts {whom} and may export what the policy says.")]


def _of_exports(examined: Examined) -> list[str]:
    """The roles of the functions that have to do with exports."""
    deployment = examined.deployment
    return [deployment.role_arn(name) for name in deployment.roles if deployment.exports(name)]


def _tried(examined: Examined, account: Account) -> Iterator[Finding]:
    """In the name of whoever deploys; that the functions' roles are trusted as well is not known by it."""
    rights = needs.of_account(account)
    try:
        there = examined.cloud.assume(account.role)
    except Refused as fault:
        yield _not_assumed(examined, account, fault)
        return
    out = {one for region, to in account.destinations.items() for one in there.denied(region, to.bucket)}
    if out:
        advice = recommendation("Forbidden.RAM")
        message = f"May not {', '.join(sorted(out))}."
        yield wrong(f"role {account.role_arn}", message, advice, written(policy(_of(rights, out))))
    else:
        message = (
            "Can be assumed by whoever deploys, and was denied nothing that could be tried; its policies are not seen."
        )
        advice = "See that it trusts the functions' roles, too, and may do this."
        yield note(f"role {account.role_arn}", message, advice, written(policy(rights)))


def _of(rights: Iterable[Need], actions: set[str]) -> Iterator[Need]:
    """What of the rights is about these actions."""
    for need in rights:
        if left := tuple(one for one in need.actions if one in actions):
            yield need._replace(actions=left)


def _not_assumed(examined: Examined, account: Account, fault: Refused) -> Finding:
    subject, person = f"role {account.role_arn}", examined.caller.principal
    arns = _of_exports(examined)
    wanted = trust("RAM", arns, account.external_id)
    if fault.code == NO_ROLE:
        made = _create(account.role_arn, wanted)
        return wrong(subject, f"{fault.code}: {fault.cause.message}", recommendation(fault.code), made)
    message = f"Cannot be assumed by {person}: {fault.code}: {fault.cause.message}"
    advice = f"It may still let in the functions. {not_let_in(account, person)} This lets in the functions, too:"
    return unknown(
        subject, message, advice, _let_in(account.role_arn, trust("RAM", [*arns, person], account.external_id))
    )


def ecs(examined: Examined) -> Iterator[Finding]:
    """The role with which ECS writes to the buckets, in each account."""
    for account in examined.deployment.policy.accounts:
        subject = f"role {needs.SERVICE_ROLE}"
        if examined.is_own(account):
            yield from looking(subject, _ecs, examined.cloud, account)
        else:
            message = f"That of account {account.account_id} cannot be read from this account."
            yield note(subject, message, recommendation("NoSetRoletoECSServiceAcount"))


def _ecs(cloud: CloudAccount, account: Account) -> Iterator[Finding]:
    wanted = trust("Service", ["ecs.aliyuncs.com"])
    advice = recommendation("NoSetRoletoECSServiceAcount")
    found = cloud.role(needs.SERVICE_ROLE)
    if found is None:
        yield missing(needs.SERVICE_ROLE, "There is no such role, so ECS cannot write to OSS.", advice, wanted)
        return
    faults = [
        *trust_faults(found, {"ecs.aliyuncs.com": trusts(found.trust, "Service", "ecs.aliyuncs.com")}, advice, wanted),
        *right_faults(found, needs.of_ecs(account), recommendation("InvalidOSS.NotAuthorized")),
    ]
    yield from faults or [ok(f"role {needs.SERVICE_ROLE}", "Trusts ecs.aliyuncs.com and may write to the buckets.")]


def missing(name: str, message: str, advice: str | None, wanted: Document) -> Finding:
    """There is no such role; with the command that makes it."""
    return wrong(f"role {name}", message, advice, _create(name, wanted))


def _create(role: str, wanted: Document) -> str:
    """The command, to be run in the role's account; what it may do comes after it."""
    name = role.rpartition("/")[2]
    return f"aliyun ram CreateRole --RoleName {name} --AssumeRolePolicyDocument '{in_one_line(wanted)}'"


def _let_in(role: str, wanted: Document) -> str:
    name = role.rpartition("/")[2]
    return f"aliyun ram UpdateRole --RoleName {name} --NewAssumeRolePolicyDocument '{in_one_line(wanted)}'"


def trust_faults(role: Role, said: dict[str, Verdict], advice: str | None, wanted: Document) -> Iterator[Finding]:
    """Whom the role's trust policy does not let in."""
    out = [name for name, verdict in said.items() if verdict in ("missing", "denied")]
    if out:
        message = f"Its trust policy does not let in {', '.join(out)}."
        yield wrong(f"role {_name(role)}", message, advice, _let_in(role.arn, wanted))
    elif "conditional" in said.values():
        message = "Its trust policy has a condition that cannot be judged from here."
        yield unknown(f"role {_name(role)}", message, "See that the condition is met by the functions.")


def _too_wide(role: Role, names: Iterable[str], wanted: Document) -> Iterator[Finding]:
    if out := strangers(role.trust, names):
        message = f"Its trust policy lets in {', '.join(out)} as well."
        yield wrong(f"role {_name(role)}", message, NOBODY_ELSE, _let_in(role.arn, wanted))


def right_faults(role: Role, wanted: Iterable[Need], advice: str | None) -> Iterator[Finding]:
    """What the role may not do of what it needs."""
    found = lacking(wanted, role.policies)
    if out := found.get("missing"):
        yield wrong(f"role {_name(role)}", f"May not {_shown(out)}.", advice, written(policy(out)))
    if denied := found.get("denied"):
        message = f"A policy of the role denies {_shown(denied)}."
        yield wrong(f"role {_name(role)}", message, "Take the Deny away, or make it narrower.")
    if conditional := found.get("conditional"):
        message = f"Only under a condition that cannot be judged from here: {_shown(conditional)}."
        yield unknown(f"role {_name(role)}", message, "See that the condition is met by the functions.")


def _too_much(role: Role, never: Iterable[Need]) -> Iterator[Finding]:
    """Rights that would let a mistake, or whoever got hold of a function, undo what proves an export."""
    allowed = [one for need in never for one in need.each() if verdict(one, role.policies) == "allowed"]
    if allowed:
        yield wrong(f"role {_name(role)}", f"May {_shown(allowed)}, which it must not.", LESS)


def _shown(singles: list[Need]) -> str:
    return ", ".join(f"{need.actions[0]} on {need.resources[0]}" for need in singles)


def _name(role: Role) -> str:
    return role.arn.rpartition("/")[2]
