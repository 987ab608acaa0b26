"""The examination: files, then credentials, then every check that these allow. Reads, and at most one event a bus."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from msgspec.structs import replace

from image_export.edges.aliyun.credentials import base_credentials
from image_export.edges.aliyun.hosts import Addresses
from image_export.errors import CloudFault, OurFault, Refused

from .checks import buckets, clock, enabled, functions, notify, roles, versions
from .deployment import Deployment
from .edges.account import CloudAccount
from .files import Plan, read_plan, read_policy_of
from .finding import Finding, ok, wrong
from .regions import doubt
from .site import NOTHING_MORE, Evidence, Site

NOBODY = "0" * 16  # stands for the account until the credentials tell it
KEYS = "export ALIBABA_CLOUD_ACCESS_KEY_ID=… ALIBABA_CLOUD_ACCESS_KEY_SECRET=…"
OTHER_KEYS = "Use the keys of a user who may deploy; a temporary key needs ALIBABA_CLOUD_SECURITY_TOKEN."

CHECKS: tuple[tuple[str, Callable[[Site], Iterable[Finding]]], ...] = (
    ("clock", clock.clock),
    ("ledger", buckets.ledger),
    ("policy", buckets.policy),
    ("function roles", roles.functions),
    ("assumed roles", roles.assumed),
    ("export role", roles.ecs),
    ("destinations", buckets.destinations),
    ("export enabled", enabled.enabled),
    ("functions", functions.deployed),
    ("notify targets", notify.targets),
    ("SDK versions", versions.versions),
)


def _to_reach(endpoint: str | None, region: str) -> str:
    """What to look at where nobody answers."""
    if endpoint:
        return f"See that something serves at IMAGE_EXPORT_ENDPOINT, which is {endpoint}; the cloud itself needs none."
    return doubt(region) or "See that this machine reaches the internet, by its proxy if it needs one, and try again."


class Examination:
    """One look at one deployment, as s.yaml at `file` has it. `findings()` is each finding as soon as it is there."""

    def __init__(self, file: Path, environ: Mapping[str, str], evidence: Evidence = NOTHING_MORE) -> None:
        self._file = file
        self._environ = environ
        self._evidence = evidence
        self._cloud: CloudAccount | None = None
        self._account_id = NOBODY
        self.deployment: Deployment | None = None

    def findings(self) -> Iterator[Finding]:
        """Everything. What cannot be looked at without something that is wrong is left out."""
        yield from self.read()
        if self._cloud and self.deployment:
            site = Site(self.deployment, self._cloud, self._evidence)
            for name, check in CHECKS:
                yield from (replace(finding, check=name) for finding in check(site))

    def read(self, account_id: str | None = None) -> Iterator[Finding]:
        """Credentials and files alone; with an account id, the files alone, and nobody is asked."""
        plan = read_plan(self._file, self._environ, account_id or NOBODY)
        if plan.settings and not account_id:
            yield replace(self._enter(plan), check="credentials")
            plan = read_plan(self._file, self._environ, self._account_id)
        self._account_id = account_id or self._account_id
        yield from (replace(finding, check="files") for finding in plan.findings)
        if plan.settings:
            yield replace(self._policy(plan), check="files")

    def _enter(self, plan: Plan) -> Finding:
        """Who is it that deploys?"""
        endpoint = plan.settings.endpoint if plan.settings else None
        try:
            credentials = base_credentials(None, self._environ)
            cloud = CloudAccount(credentials, Addresses(endpoint), plan.functions[0].region)
            caller = cloud.caller()
        except OurFault:
            message = "ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET are not set."
            return wrong("your keys", message, "Set them to the keys of a user who may deploy.", KEYS)
        except Refused as fault:
            advice = "Set this machine's clock." if "TimeStamp" in fault.code else OTHER_KEYS
            return wrong("your keys", f"{fault.code}: {fault.cause.message}", advice)
        except CloudFault as fault:  # nobody has judged the keys
            message = f"Could not be tried: {fault.code}: {fault.cause.message}"
            return wrong("your keys", message, _to_reach(endpoint, plan.functions[0].region))
        self._cloud, self._account_id = cloud, caller.account_id
        return ok("your keys", f"Are those of {caller.arn}, account {caller.account_id}.")

    def _policy(self, plan: Plan) -> Finding:
        fetch = self._cloud.stored if self._cloud else None
        policy, finding = read_policy_of(plan, self._file.parent, fetch)
        if policy and plan.settings and self._account_id != NOBODY:
            self.deployment = Deployment(
                account_id=self._account_id, functions=plan.functions, settings=plan.settings, policy=policy
            )
        return finding
