"""Destination buckets and the ledger: there, in the right region, open to ECS and to nobody else."""

from collections.abc import Iterator

from image_export.decisions.codes import recommendation
from image_export.errors import OurFault, Refused, Unreached
from image_export.values.ledger_keys import Rejected
from image_export.values.policy import Account, Destination

from ...cloud.account import CloudAccount
from ...cloud.buckets import Bucket
from ...cloud.regions import REGIONS, doubt
from ...deployment.finding import Finding, looking, note, ok, unknown, wrong
from ..examined import Examined

ARCHIVES = ("Archive", "ColdArchive", "DeepColdArchive")
ASIDE = (
    "Put it beside the ledger, at policy/policy.yaml for instance, and name it in `policy` of s.yaml and PolicyObject "
    "of the stack."
)


def destinations(examined: Examined) -> Iterator[Finding]:
    """What ExportImage would refuse about each bucket (ExportImage page of 2025, error codes)."""
    for account in examined.deployment.policy.accounts:
        cloud = examined.inside(account)
        for region, destination in account.destinations.items():
            subject = f"oss://{destination.bucket}"
            if cloud is None:
                message = f"It is in account {account.account_id}, whose role cannot be assumed by whoever deploys."
                yield unknown(subject, message, "Run the doctor with credentials of that account, too.")
            else:
                look = _destination if examined.is_own(account) else _destination_there
                yield from looking(subject, look, cloud, account, region, destination)


def _destination_there(
    cloud: CloudAccount, account: Account, region: str, destination: Destination
) -> Iterator[Finding]:
    """The same through the account's role. An export needs no oss:GetBucketInfo, so the role need not have it."""
    try:
        yield from _destination(cloud, account, region, destination)
    except Refused as fault:
        if fault.code != "AccessDenied":
            raise
        message = (
            f"Its region, owner, encryption, class and ACL are not seen: the role {account.role_arn} has no "
            "oss:GetBucketInfo, and exports need none."
        )
        look = f"ossutil api get-bucket-info --bucket {destination.bucket}"
        yield note(f"oss://{destination.bucket}", message, _as_it_must_be(account, region), look)


def _as_it_must_be(account: Account, region: str) -> str:
    return (
        f"See with keys of account {account.account_id} that it is there, in {region}, private, not encrypted, and of "
        "class Standard or IA."
    )


def _destination(cloud: CloudAccount, account: Account, region: str, destination: Destination) -> Iterator[Finding]:
    name = destination.bucket
    bucket = _asked(cloud, region, name)
    faults = list(_elsewhere(name, region, bucket, "policy.yaml"))
    if bucket and not faults:
        faults = [*_refused(name, account, bucket), *_open(name, bucket)]
    yield from faults or [ok(f"oss://{name}", f"Is in {region}, private, not encrypted, of class {_class(bucket)}.")]


def _asked(cloud: CloudAccount, region: str, name: str) -> Bucket | None:
    """A region that there is not has no host: then the bucket is asked for where the functions are."""
    try:
        return cloud.bucket(region, name)
    except Unreached:
        if region in REGIONS:
            raise
        return cloud.bucket(cloud.region, name)


def ledger(examined: Examined) -> Iterator[Finding]:
    """Where the facts are: a bucket that was never versioned (docs/protocol.md#rule-1), and that nobody else reads."""
    yield from looking(f"oss://{examined.deployment.settings.ledger_bucket}", _ledger, examined)


def _ledger(examined: Examined) -> Iterator[Finding]:
    name, region = examined.deployment.settings.ledger_bucket, examined.deployment.region
    bucket = examined.cloud.bucket(region, name)
    faults = list(_elsewhere(name, region, bucket, "s.yaml"))
    if bucket and not faults:
        faults = [*_versioned(examined, name), *_open(name, bucket), *_foreign(examined, name, bucket)]
        faults += _unreadable(name, bucket)
        faults += looking(f"oss://{name}", _fading, examined)
    kept = f"of class {_class(bucket)}, and its facts stay"
    yield from faults or [ok(f"oss://{name}", f"Is in {region}, private, was never versioned, {kept}.")]


def policy(examined: Examined) -> Iterator[Finding]:
    """Where a policy in OSS is: in a bucket of the functions' account that nobody else writes to, not in the ledger.

    Its address as it is deployed is compared with `s.yaml` function by function, and the right to read it role by role.
    """
    if examined.deployment.settings.policy.startswith("oss://"):
        yield from looking(examined.deployment.settings.policy, _policy, examined)


def _policy(examined: Examined) -> Iterator[Finding]:
    settings, region = examined.deployment.settings, examined.deployment.region
    name, _, key = settings.policy.removeprefix("oss://").partition("/")
    bucket = examined.cloud.bucket(region, name)
    faults = list(_elsewhere(name, region, bucket, "s.yaml"))
    if bucket and not faults:
        faults = [*_open(name, bucket), *_foreign(examined, name, bucket)]
    if name == settings.ledger_bucket and f"{key}/".startswith(f"{settings.ledger_prefix}/".lstrip("/")):
        message = "Lies in the ledger, where every function may write: whoever runs under it could change it."
        faults.append(wrong(settings.policy, message, ASIDE))
    yield from faults or [ok(settings.policy, f"Is in {region}, private, and not in the ledger.")]


def _foreign(examined: Examined, name: str, bucket: Bucket) -> Iterator[Finding]:
    """A stranger who owns the bucket could write whatever the functions believe."""
    if bucket.owner_id != examined.deployment.account_id:
        own = examined.deployment.account_id
        message = f"Belongs to account {bucket.owner_id}, not to {own}, where the functions are."
        yield wrong(f"oss://{name}", message, "Name a bucket of the functions' own account in s.yaml.")


def _versioned(examined: Examined, name: str) -> Iterator[Finding]:
    try:
        examined.cloud.ledger(examined.deployment.settings).ready()
    except OurFault as fault:
        if fault.code != "LedgerVersioned":
            raise
        yield wrong(f"oss://{name}", f"{fault.code}: {fault.cause.message}", fault.cause.recommend)


def _unreadable(name: str, bucket: Bucket) -> Iterator[Finding]:
    """What keeps the functions from reading back what they have written."""
    if bucket.storage_class in ARCHIVES:
        message = f"Is of storage class {bucket.storage_class}: facts cannot be read before they are restored."
        yield wrong(f"oss://{name}", message, "Use a bucket of storage class Standard for the ledger.")
    if bucket.encryption == "KMS":
        message = "Is encrypted with KMS, and the roles of the functions have no right to its key."
        plain = f"ossutil api put-bucket-encryption --bucket {name} --sse-algorithm AES256"
        yield wrong(f"oss://{name}", message, "Let OSS encrypt it with its own keys (AES256).", plain)


def _fading(examined: Examined) -> Iterator[Finding]:
    """Rules that archive facts, so that OSS refuses them, or remove them, so that images are exported again."""
    name, prefix = examined.deployment.settings.ledger_bucket, examined.deployment.settings.ledger_prefix.strip("/")
    root = f"{prefix}/" if prefix else ""
    rejected = f"{root}{Rejected.below()}"
    for rule in examined.cloud.lifecycle(examined.deployment.region, name):
        if rule.prefix.startswith(rejected) or not _overlap(rule.prefix, root):
            continue
        archives = [one for one in rule.classes if one in ARCHIVES]
        does = f"moves facts to {archives[0]}" if archives else "removes facts" if rule.expires else ""
        if does:
            message = f"Its lifecycle rule {rule.name!r} {does}: they prove what was exported, and must stay readable."
            advice = f"Take the prefix {root or 'of the whole bucket'} out of the rule; {rejected} alone may expire."
            yield wrong(f"oss://{name}", message, advice)


def _overlap(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _elsewhere(name: str, region: str, bucket: Bucket | None, file: str) -> Iterator[Finding]:
    """What the file says is doubted before the bucket is."""
    mistyped, advice = doubt(region), recommendation("InvalidOSSBucket.NotFound")
    if bucket is None and not mistyped:
        made = f"ossutil mb oss://{name} --region {region}"
        yield wrong(f"oss://{name}", f"There is no such bucket; it must be in {region}.", advice, made)
    elif bucket is None:
        yield wrong(
            f"oss://{name}", f"There is no such bucket, and {file} has it in {region}.", _correct(file, mistyped)
        )
    elif bucket.region != region:
        where = f"in {bucket.region}" if bucket.region else "in another region"
        message = f"Is {where}, and {file} has it in {region}, where it must be."
        yield wrong(f"oss://{name}", message, _correct(file, mistyped) if mistyped else advice)


def _correct(file: str, mistyped: str | None) -> str:
    return f"Correct the region in {file}: {mistyped}"


def _refused(name: str, account: Account, bucket: Bucket) -> Iterator[Finding]:
    subject = f"oss://{name}"
    if bucket.owner_id != account.account_id:
        message = f"Belongs to account {bucket.owner_id}, not to {account.account_id}, whose images go there."
        yield wrong(subject, message, recommendation("InvalidOSS.NotAuthorized"))
    if bucket.encryption:
        message = f"Is encrypted with {bucket.encryption}, and ExportImage refuses encrypted buckets."
        plain = f"ossutil api delete-bucket-encryption --bucket {name}"
        yield wrong(subject, message, recommendation("InvalidOSSBucket.EncryptUnsupported"), plain)
    if bucket.storage_class in ARCHIVES:
        message = f"Is of storage class {bucket.storage_class}, which ExportImage cannot write to."
        yield wrong(subject, message, recommendation("InvalidOSSObject.NeedRestore"))


def _open(name: str, bucket: Bucket) -> Iterator[Finding]:
    if bucket.acl not in ("private", ""):
        private = f"ossutil api put-bucket-acl --bucket {name} --acl private"
        yield wrong(f"oss://{name}", f"Its ACL is {bucket.acl}: strangers can read it.", "Make it private.", private)


def _class(bucket: Bucket | None) -> str:
    return bucket.storage_class if bucket else "none"
