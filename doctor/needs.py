"""What each role must be allowed for this configuration, and nothing else: what `--policy` prints. Pure.

The assumed role needs what its session policies narrow it to. Actions and resources: facts of the functions' own calls;
forms of resources: RAM pages "Services that work with RAM", "RAM authorization" of each API, "RAM policies" of OSS.
"""

import json
from collections.abc import Iterable, Iterator

from image_export.edges.credentials import session_policy
from image_export.values.notify_target import EventBus, NotifyTarget
from image_export.values.policy import Account

from .deployment import Deployment
from .documents import Need
from .serverless import Function

SERVICE_ROLE = "AliyunECSImageExportDefaultRole"
ON_OBJECTS = ("oss:GetObject", "oss:PutObject", "oss:DeleteObject", "oss:AbortMultipartUpload", "oss:ListParts")
ON_BUCKETS = ("oss:GetBucketLocation", "oss:GetBucketInfo", "oss:ListMultipartUploads")


def of_functions(deployment: Deployment, role: str) -> list[Need]:
    """A role of functions: ledger, roles to assume, logs, dead letters; markers to remove and notify targets to tell,
    unless it only records.
    """
    settings = deployment.settings
    ledger, prefix = f"acs:oss:*:*:{settings.ledger_bucket}", settings.ledger_prefix.strip("/")
    objects = f"{ledger}/{prefix}/*" if prefix else f"{ledger}/*"
    return [
        Need(("sts:AssumeRole",), tuple(_as_resource(account) for account in deployment.policy.accounts)),
        Need(("oss:GetBucketVersioning", "oss:ListObjects"), (ledger,)),
        Need(
            ("oss:GetObject", "oss:PutObject", *(("oss:DeleteObject",) if deployment.tells(role) else ())), (objects,)
        ),
        *_policy_file(settings.policy),
        *(_told(deployment, target) for target in deployment.policy.notify if deployment.tells(role)),
        *_for_fc(deployment.roles[role]),
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
    settings, accounts = deployment.settings, deployment.policy.accounts
    home, ledger = deployment.account_id, f"acs:oss:*:*:{settings.ledger_bucket}"
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
        Need(("oss:GetBucketVersioning", "oss:ListObjects"), (ledger,)),
        Need(("oss:GetObject",), (f"{ledger}/*",)),
        *_policy_file(settings.policy),
        *(_told(deployment, target) for target in deployment.policy.notify if isinstance(target, EventBus)),
    ]
    return [*found, Need(("sts:AssumeRole",), others)] if others else found


def _as_resource(account: Account) -> str:
    """The role as policies name it ("RAM authorization" of AssumeRole)."""
    return f"acs:ram:*:{account.account_id}:role/{account.role_arn.rpartition('/')[2]}"


def _policy_file(address: str) -> Iterator[Need]:
    if address.startswith("oss://"):
        yield Need(("oss:GetObject",), (f"acs:oss:*:*:{address.removeprefix('oss://')}",))


def _told(deployment: Deployment, target: NotifyTarget) -> Need:
    if isinstance(target, EventBus):
        return Need(("eventbridge:PutEvents",), (f"acs:eventbridge:{target.region}:*:eventbus/{target.bus}",))
    home, qualifier = f"acs:fc:{deployment.region}:*", target.qualifier
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
