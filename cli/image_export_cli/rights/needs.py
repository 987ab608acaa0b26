"""What each role must be allowed for this configuration, and nothing else: what the verb `policies` prints. Pure.

The assumed role needs what its session policies narrow it to. Actions and resources: facts of the functions' own calls;
forms of resources: RAM pages "Services that work with RAM", "RAM authorization" of each API, "RAM policies" of OSS.
"""

import json
from collections.abc import Iterable, Iterator

from image_export.edges.aliyun.credentials import session_policy
from image_export.values import ledger_keys as keys
from image_export.values.notify_target import EventBus, NotifyTarget
from image_export.values.policy import Account

from ..deployment.deployment import Deployment
from ..deployment.serverless import Function
from .documents import Need

SERVICE_ROLE = "AliyunECSImageExportDefaultRole"
ON_OBJECTS = ("oss:GetObject", "oss:PutObject", "oss:DeleteObject", "oss:AbortMultipartUpload", "oss:ListParts")
ON_BUCKETS = ("oss:GetBucketLocation", "oss:GetBucketInfo", "oss:ListMultipartUploads")


# Markers and hints: what the ledger's facts could be made anew from, or what holds no longer
FOLDERS = (keys.Open, keys.Due, keys.Running, keys.Waiting, keys.Hold, keys.Sighted, keys.Stalling, keys.Undelivered)
REMOVED = tuple(f"{kind.below()}*" for kind in FOLDERS)
REMOVED_OF_EXPORTS = (keys.Denied("*").key, keys.Vanished("*").key)
PROOFS = (keys.Claim("*", 1), keys.Result("*", 1), keys.Requested("*"), keys.Ended("*"))  # one of each kind
KEPT = tuple(proof.key for proof in PROOFS)


def of_functions(deployment: Deployment, role: str) -> list[Need]:
    """A role of functions: ledger, roles to assume, logs, dead letters; markers to remove unless it only records;
    notify targets where it delivers.
    """
    ledger, objects = _bucket(deployment), _ledger(deployment)
    removed = tuple(f"{objects}/{one}" for one in (*REMOVED, *REMOVED_OF_EXPORTS))
    return [
        Need(("sts:AssumeRole",), tuple(_as_resource(account) for account in deployment.policy.accounts)),
        Need(("oss:GetBucketVersioning", "oss:ListObjects"), (ledger,)),
        Need(("oss:GetObject", "oss:PutObject"), (f"{objects}/*",)),
        *([Need(("oss:DeleteObject",), removed)] if deployment.looks(role) else []),
        *_policy_file(deployment),
        *(_delivers_to(deployment, target) for target in deployment.policy.notify if deployment.delivers(role)),
        *_for_fc(deployment.roles[role]),
    ]


def never(deployment: Deployment) -> list[Need]:
    """What no role of functions may do: take away what proves an export, or change the policy that it runs under."""
    objects = _ledger(deployment)
    return [
        Need(("oss:DeleteObject",), tuple(f"{objects}/{one}" for one in KEPT)),
        *(Need(("oss:PutObject", "oss:DeleteObject"), one.resources) for one in _policy_file(deployment)),
    ]


def of_account(account: Account) -> list[Need]:
    """The role that is assumed for an account: the sum of all its session policies."""
    found: dict[tuple[str, ...], list[str]] = {}
    for region, destination in account.destinations.items():
        narrowed = json.loads(session_policy(account.account_id, region, destination.bucket))
        for statement in narrowed["Statement"]:
            resources = found.setdefault(tuple(statement["Action"]), [])
            resources.extend(one for one in statement["Resource"] if one not in resources)
    return [Need(actions, tuple(resources)) for actions, resources in found.items()]


def of_ecs(account: Account) -> list[Need]:
    """The role with which ECS writes into the account's buckets ("Export a custom image" page of ECS)."""
    buckets = [f"acs:oss:*:*:{one.bucket}" for one in account.destinations.values()]
    return [Need(ON_OBJECTS, tuple(f"{one}/*" for one in buckets)), Need(ON_BUCKETS, tuple(buckets))]


def of_doctor(deployment: Deployment) -> list[Need]:
    """Whoever runs the doctor: reading roles, functions, buckets and the ledger, and the test events."""
    accounts = deployment.policy.accounts
    home, ledger = deployment.account_id, _bucket(deployment)
    roles = {*deployment.roles, SERVICE_ROLE, *(one.role_arn.rpartition("/")[2] for one in accounts)}
    others = tuple(_as_resource(account) for account in accounts if account.account_id != home)
    buckets = {ledger} | {f"acs:oss:*:*:{one.bucket}" for account in accounts for one in account.destinations.values()}
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
        *(_delivers_to(deployment, target) for target in deployment.policy.notify if isinstance(target, EventBus)),
    ]
    return [*found, Need(("sts:AssumeRole",), others)] if others else found


def _as_resource(account: Account) -> str:
    """The role as policies name it ("RAM authorization" of AssumeRole)."""
    return f"acs:ram:*:{account.account_id}:role/{account.role_arn.rpartition('/')[2]}"


def _bucket(deployment: Deployment) -> str:
    """The ledger's, and in no other account than ours: facts are believed."""
    return f"acs:oss:*:{deployment.account_id}:{deployment.settings.ledger_bucket}"


def _ledger(deployment: Deployment) -> str:
    return f"{_bucket(deployment)}/{deployment.settings.ledger_prefix}".rstrip("/")


def _policy_file(deployment: Deployment) -> Iterator[Need]:
    scheme, _, place = deployment.settings.policy.partition("oss://")
    if place and not scheme:
        yield Need(("oss:GetObject",), (f"acs:oss:*:{deployment.account_id}:{place}",))


def _delivers_to(deployment: Deployment, target: NotifyTarget) -> Need:
    if isinstance(target, EventBus):
        bus = f"acs:eventbridge:{target.region}:{deployment.account_id}:eventbus/{target.bus}"
        return Need(("eventbridge:PutEvents",), (bus,))
    home, qualifier = f"acs:fc:{deployment.region}:{deployment.account_id}", target.qualifier
    if target.service is None:
        name = f"functions/{target.function}" + (f"/{qualifier}" if qualifier else "")
    else:
        name = f"services/{target.service}" + (f".{qualifier}" if qualifier else "") + f"/functions/{target.function}"
    return Need(("fc:InvokeFunction",), (f"{home}:{name}",))


def _for_fc(functions: Iterable[Function]) -> Iterator[Need]:
    """What FC does in a function's name: write its log, send on what it has given up."""
    for project, store in sorted({function.log for function in functions if function.log}):
        yield Need(("log:PostLogStoreLogs",), (f"acs:log:*:*:project/{project}/logstore/{store}",))
    for queue in sorted({function.dead_letters for function in functions if function.dead_letters}):
        if queue.startswith("acs:mns:"):
            yield Need(("mns:SendMessage",), (f"acs:mns:*:*:{queue.split(':', 4)[4]}",))
