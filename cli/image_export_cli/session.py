"""A person's keys, and the deployment that they look after: who it is, and what s.yaml and policy.yaml say.

Changes nothing. What is wrong becomes a finding, and leaves `account` or `deployment` None.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec.structs import replace

from image_export.edges.aliyun.hosts import Addresses
from image_export.errors import CloudFault, OurFault, Refused
from image_export.values.policy import Policy

from .cloud.account import CloudAccount
from .cloud.keys.finding import Keys, find_keys
from .cloud.regions import doubt
from .cloud.rpc_calls import Caller
from .deployment.deployment import Deployment
from .deployment.files import Plan, read_plan, read_policy_of
from .deployment.finding import Finding, ok, unknown, wrong

NOBODY = "0" * 16  # stands for the account until the credentials tell it
OTHER_KEYS = "Use the keys of a user who may deploy; a temporary key needs ALIBABA_CLOUD_SECURITY_TOKEN."


class Session:
    """One person in front of one deployment, as the s.yaml at `file` has it.

    `instead`: the policy that counts where the deployed one cannot be used; without it there is no deployment then.
    """

    def __init__(
        self,
        file: Path,
        environ: Mapping[str, str],
        profile: str | None = None,
        instead: Policy | None = None,
    ) -> None:
        self._file = file
        self._instead = instead
        self._environ = environ
        self._profile = profile
        self._keys: Keys | None = None
        self._account_id = NOBODY
        self.account: CloudAccount | None = None
        self.caller: Caller | None = None
        self.deployment: Deployment | None = None

    def open(self, account_id: str | None = None) -> Iterator[Finding]:
        """Credentials and files; with an account id, the files alone, and nobody is asked."""
        plan = read_plan(self._file, self._environ, account_id or NOBODY)
        if plan.settings and not account_id:
            yield replace(self._enter(plan), check="credentials")
            plan = read_plan(self._file, self._environ, self._account_id)
        self._account_id = account_id or self._account_id
        yield from (replace(finding, check="files") for finding in plan.findings)
        if plan.settings:
            yield replace(self._policy(plan), check="files")

    @property
    def keys(self) -> Keys:
        """The person's own. Raises OurFault where there are none, and CloudFault."""
        if self._keys is None:
            self._keys = find_keys(self._environ, self._profile)
        return self._keys

    def _enter(self, plan: Plan) -> Finding:
        """Who is it that deploys?"""
        endpoint = plan.settings.endpoint if plan.settings else None
        try:
            account = CloudAccount(self.keys, Addresses(endpoint), plan.functions[0].region)
            caller = account.caller()
        except OurFault as fault:
            return wrong("your keys", fault.cause.message, fault.cause.recommend)
        except Refused as fault:
            advice = "Set this machine's clock." if "TimeStamp" in fault.code else OTHER_KEYS
            return wrong("your keys", f"{fault.code}: {fault.cause.message}", advice)
        except CloudFault as fault:  # nobody has judged the keys
            message = f"Could not be tried: {fault.code}: {fault.cause.message}"
            return unknown("your keys", message, _to_reach(endpoint, plan.functions[0].region))
        self.account, self.caller, self._account_id = account, caller, caller.account_id
        return ok("your keys", f"Are those of {caller.arn}, account {caller.account_id}.")

    def _policy(self, plan: Plan) -> Finding:
        fetch = self.account.stored if self.account else None
        policy, finding = read_policy_of(plan, self._file.parent, fetch)
        policy = policy or self._instead
        if policy and plan.settings and self._account_id != NOBODY:
            self.deployment = Deployment(
                account_id=self._account_id, functions=plan.functions, settings=plan.settings, policy=policy
            )
        return finding


def _to_reach(endpoint: str | None, region: str) -> str:
    """What to look at where nobody answers."""
    if endpoint:
        return f"See that something serves at IMAGE_EXPORT_ENDPOINT, which is {endpoint}; the cloud itself needs none."
    return doubt(region) or "See that this machine reaches the internet, by its proxy if it needs one, and try again."
