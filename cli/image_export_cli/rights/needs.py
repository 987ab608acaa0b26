"""What each role must be allowed for this configuration, and nothing else: what the verb `policies` prints. Pure.

The assumed role needs what its session policies narrow it to. Actions and resources: facts of the functions' own calls;
forms of resources: RAM pages "Services that work with RAM", "RAM authorization" of each API, "RAM policies" of OSS.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from image_export.edges.aliyun.credentials import drill_rights, evidence_rights, restore_rights, session_policy
from image_export.values import ledger_keys as keys
from image_export.values.policy import Account

from ..deployment.deployment import EVENT, MAINTAIN, Deployment
from ..deployment.serverless import Function
from .documents import Need
from .notifying import to_notify, to_try

SERVICE_ROLE, IMPORT_ROLE = "AliyunECSImageExportDefaultRole", "AliyunECSImageImportDefaultRole"
UNPACKER = "image-export-unpack"  # as whoever looks at a restore calls it
ON_OBJECTS = ("oss:GetObject", "oss:PutObject", "oss:DeleteObject", "oss:AbortMultipartUpload", "oss:ListParts")
ON_BUCKETS = ("oss:GetBucketLocation", "oss:GetBucketInfo", "oss:ListMultipartUploads")


# Markers and hints: what the ledger's facts could be made anew from, or what holds no longer
FOLDERS = (
    keys.Open,
    keys.RestoreOpen,
    keys.Due,
    keys.Running,
    keys.Waiting,
    keys.Hold,
    keys.Sighted,
    keys.Stalling,
    keys.Undelivered,
)
REMOVED = tuple(f"{kind.below()}*" for kind in FOLDERS)
OF_PLANS = (keys.DrillHistory, keys.DrillOpen, keys.Due)
REMOVED_OF_EXPORTS = (keys.Denied("*").key, keys.Vanished("*").key)
REMOVED_OF_NIGHTS = f"{keys.of_night('*', '*')}/*.gz"  # parts; a record lies one folder higher
PROOFS = (
    *(keys.Claim("*", 1), keys.Result("*", 1), keys.Requested("*"), keys.Ended("*")),
    *(keys.NightRecord("*", "*"), keys.NightFinished("*", "*"), keys.Paused()),
)  # one of each kind
KEPT = tuple(proof.key for proof in PROOFS)
OF_PEOPLE = (f"{keys.Access.below()}*", keys.Paused().key)  # who could write there would let callers in, or stop all


def of_functions(deployment: Deployment, role: str) -> list[Need]:
    """A role of functions: what its exports need, what its restores need, what FC does in its name."""
    return [
        *(_of_exports(deployment, role) if deployment.exports(role) else []),
        *(_of_unpacking(deployment) if deployment.unpacks(role) else []),
        *(_of_maintaining(deployment) if deployment.maintains(role) else []),
        *(_of_restores(deployment, role) if deployment.restores(role) else []),
        *_policy_file(deployment),
        *_for_fc(deployment.roles[role]),
    ]


def _of_exports(deployment: Deployment, role: str) -> list[Need]:
    """Ledger and roles to assume; markers to remove unless it only records; notify targets where it delivers."""
    ledger, objects = _bucket(deployment), _ledger(deployment)
    removed = tuple(f"{objects}/{one}" for one in (*REMOVED, *REMOVED_OF_EXPORTS))
    return [
        Need(("sts:AssumeRole",), tuple(_as_resource(account) for account in deployment.policy.accounts)),
        Need(("oss:GetBucketVersioning", "oss:ListObjects"), (ledger,)),
        Need(("oss:GetObject",), (f"{objects}/*",)),
        Need(("oss:PutObject",), (f"{objects}/*",), but=tuple(f"{objects}/{one}" for one in OF_PEOPLE)),
        *([Need(("oss:DeleteObject",), removed)] if deployment.looks(role) else []),
        *([Need(("oss:DeleteObject",), (f"{objects}/{REMOVED_OF_NIGHTS}",))] if deployment.keeps_nights(role) else []),
        *(to_notify(deployment) if deployment.delivers(role) else []),
    ]


def _of_unpacking(deployment: Deployment) -> list[Need]:
    """The facts of a restore: all to be read, and those of unpacking to be written."""
    ledger, objects = _bucket(deployment), _ledger(deployment)
    written = (f"{objects}/restores/*/unpack*", f"{objects}/{keys.Due.below()}*")
    return [
        Need(("oss:ListObjects",), (ledger,)),
        Need(("oss:GetObject",), (f"{objects}/restores/*",)),
        Need(("oss:PutObject",), written),
    ]


def _of_maintaining(deployment: Deployment) -> list[Need]:
    """The ledger to be read, and what a drill begins or is called off with; no role is assumed."""
    ledger, objects = _bucket(deployment), _ledger(deployment)
    written = (keys.DrillRequested("*").key, keys.DrillCancel("*").key, *(f"{kind.below()}*" for kind in OF_PLANS))
    return [
        Need(("oss:GetBucketVersioning", "oss:ListObjects"), (ledger,)),
        Need(("oss:GetObject",), (f"{objects}/*",)),
        Need(("oss:PutObject",), tuple(f"{objects}/{one}" for one in written)),
    ]


def _of_restores(deployment: Deployment, role: str) -> Iterator[Need]:
    """Nothing, where the policy allows no restore."""
    allowed = tuple(map(_restore_role, restoring(deployment)))
    if allowed:
        yield Need(("sts:AssumeRole",), allowed)
        if deployment.looks(role):
            home = f"acs:fc:{deployment.region}:{deployment.account_id}"
            yield Need(("fc:InvokeFunction",), (f"{home}:functions/{UNPACKER}",))
        if deployment.delivers(role):
            yield Need(("oss:DeleteObject",), (f"{_ledger(deployment)}/{keys.DrillOpen.below()}*",))


def restoring(deployment: Deployment) -> list[Account]:
    """The accounts in which the policy allows restores."""
    return [account for account in deployment.policy.accounts if account.restore_role_arn]


def never(deployment: Deployment) -> list[Need]:
    """What no role of functions may do: take away what proves an export, let callers in, or change its own policy."""
    objects = _ledger(deployment)
    return [
        Need(("oss:DeleteObject",), tuple(f"{objects}/{one}" for one in KEPT)),
        Need(("oss:PutObject", "oss:DeleteObject"), tuple(f"{objects}/{one}" for one in OF_PEOPLE)),
        *(Need(("oss:PutObject", "oss:DeleteObject"), one.resources) for one in _policy_file(deployment)),
    ]


def of_account(account: Account) -> list[Need]:
    """The role that is assumed for an account: the sum of all its session policies."""
    return _sum(account, _session)


def of_restores(deployment: Deployment, account: Account) -> list[Need]:
    """The role that is assumed for restores, in the same way; and for drills that start something, where there are."""
    drills = deployment.policy.drills
    rights = drill_rights if any(one.boot for one in drills) else evidence_rights
    return [*_sum(account, restore_rights), *(_sum(account, rights) if drills else [])]


def _session(account_id: str, region_id: str, bucket: str) -> list[dict[str, Any]]:
    statements: list[dict[str, Any]] = json.loads(session_policy(account_id, region_id, bucket))["Statement"]
    return statements


def _sum(account: Account, rights: Callable[[str, str, str], list[dict[str, Any]]]) -> list[Need]:
    found: dict[tuple[str, ...], list[str]] = {}
    for region, destination in account.destinations.items():
        for statement in rights(account.account_id, region, destination.bucket):
            resources = found.setdefault(tuple(statement["Action"]), [])
            resources.extend(one for one in statement["Resource"] if one not in resources)
    return [Need(actions, tuple(resources)) for actions, resources in found.items()]


def of_ecs(account: Account) -> list[Need]:
    """The role with which ECS writes into the account's buckets ("Export a custom image" page of ECS)."""
    buckets = [f"acs:oss:*:*:{one.bucket}" for one in account.destinations.values()]
    return [Need(ON_OBJECTS, tuple(f"{one}/*" for one in buckets)), Need(ON_BUCKETS, tuple(buckets))]


def of_ecs_import(account: Account) -> list[Need]:
    """The role with which ECS reads what is imported (page ImportImage)."""
    buckets = [f"acs:oss:*:*:{one.bucket}" for one in account.destinations.values()]
    read = Need(("oss:GetObject",), tuple(f"{one}/*" for one in buckets))
    return [read, Need(("oss:GetBucketLocation", "oss:GetBucketInfo"), tuple(buckets))]


def of_doctor(deployment: Deployment) -> list[Need]:
    """Whoever runs the doctor: reading roles, functions, buckets and the ledger, the test events, and a look whether
    the roles of restores in further accounts can be assumed.
    """
    home = deployment.account_id
    others = tuple(_restore_role(one) for one in restoring(deployment) if one.account_id != home)
    tried = [Need(("sts:AssumeRole",), others)] if others else []
    return [*_to_examine(deployment), *to_try(deployment), *tried]


def of_reader(deployment: Deployment) -> list[Need]:
    """A person who looks: all that the doctor reads, images, tasks and the objects of exports.

    Further accounts are read through their roles. What such a role may do, the reader may do there.
    """
    home = deployment.account_id
    own = [one for account in deployment.policy.accounts if account.account_id == home for one in _places(account)]
    if not own:
        return _to_examine(deployment)
    images = tuple(f"acs:ecs:{region}:{home}:image/*" for region, _ in own)
    buckets = tuple(dict.fromkeys(f"acs:oss:*:*:{bucket}" for _, bucket in own))
    return [
        *_to_examine(deployment),
        Need(("ecs:DescribeImages",), images),
        Need(("ecs:DescribeTaskAttribute",), ("*",)),  # it knows no resource
        Need(("oss:ListObjects",), buckets),
    ]


def of_operator(deployment: Deployment) -> list[Need]:
    """A person who acts: has the functions of events and of drills act, pauses, makes and revokes tokens of HTTP."""
    home, objects = f"acs:fc:{deployment.region}:{deployment.account_id}", _ledger(deployment)
    acting = tuple(f"{home}:functions/{one.name}" for one in deployment.functions if one.handler in (EVENT, MAINTAIN))
    kept = tuple(f"{objects}/{one}" for one in OF_PEOPLE)
    return [Need(("fc:InvokeFunction",), acting), Need(("oss:PutObject", "oss:DeleteObject"), kept)]


def _to_examine(deployment: Deployment) -> list[Need]:
    """What the doctor reads. Buckets of further accounts are seen through their roles."""
    accounts = deployment.policy.accounts
    home, ledger = deployment.account_id, _bucket(deployment)
    own = [account for account in accounts if account.account_id == home]
    roles = {*deployment.roles, *(one.role_arn.rpartition("/")[2] for one in own), *([SERVICE_ROLE] if own else [])}
    if any(account.restore_role_arn for account in own):
        roles |= {IMPORT_ROLE, *(str(one.restore_role_arn).rpartition("/")[2] for one in own if one.restore_role_arn)}
    others = tuple(_as_resource(account) for account in accounts if account.account_id != home)
    buckets = {ledger, *(f"acs:oss:*:*:{bucket}" for account in own for _, bucket in _places(account))}
    found = [
        Need(
            ("ram:GetRole", "ram:ListPoliciesForRole"), tuple(f"acs:ram:*:{home}:role/{one}" for one in sorted(roles))
        ),
        Need(("ram:GetPolicyVersion",), (f"acs:ram:*:{home}:policy/*", "acs:ram:*:system:policy/*")),
        Need(("fc:GetFunction", "fc:GetTrigger"), (f"acs:fc:{deployment.region}:*:functions/*",)),
        Need(("oss:GetBucketInfo",), tuple(sorted(buckets))),
        Need(("oss:GetBucketLifecycle", "oss:GetBucketVersioning", "oss:ListObjects"), (ledger,)),
        Need(("oss:GetObject",), (f"{ledger}/*",)),
        *_policy_file(deployment),
    ]
    return [*found, Need(("sts:AssumeRole",), others)] if others else found


def _places(account: Account) -> list[tuple[str, str]]:
    """Each region with its bucket."""
    return [(region, one.bucket) for region, one in account.destinations.items()]


def _as_resource(account: Account) -> str:
    """The role as policies name it ("RAM authorization" of AssumeRole)."""
    return _resource(account.role_arn)


def _restore_role(account: Account) -> str:
    return _resource(str(account.restore_role_arn))


def _resource(arn: str) -> str:
    account_id, name = arn.split(":")[3], arn.rpartition("/")[2]
    return f"acs:ram:*:{account_id}:role/{name}"


def _bucket(deployment: Deployment) -> str:
    """The ledger's, and in no other account than ours: facts are believed."""
    return f"acs:oss:*:{deployment.account_id}:{deployment.settings.ledger_bucket}"


def _ledger(deployment: Deployment) -> str:
    return f"{_bucket(deployment)}/{deployment.settings.ledger_prefix}".rstrip("/")


def _policy_file(deployment: Deployment) -> Iterator[Need]:
    scheme, _, place = deployment.settings.policy.partition("oss://")
    if place and not scheme:
        yield Need(("oss:GetObject",), (f"acs:oss:*:{deployment.account_id}:{place}",))


def _for_fc(functions: Iterable[Function]) -> Iterator[Need]:
    """What FC does in a function's name: write its log, send on what it has given up."""
    for project, store in sorted({function.log for function in functions if function.log}):
        yield Need(("log:PostLogStoreLogs",), (f"acs:log:*:*:project/{project}/logstore/{store}",))
    for queue in sorted({function.dead_letters for function in functions if function.dead_letters}):
        if queue.startswith("acs:mns:"):
            yield Need(("mns:SendMessage",), (f"acs:mns:*:*:{queue.split(':', 4)[4]}",))
