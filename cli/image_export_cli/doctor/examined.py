"""What a check is given: the deployment as it was meant, and the cloud to compare it with."""

from typing import NamedTuple

from image_export.errors import CloudFault
from image_export.values.policy import Account

from ..cloud.account import CloudAccount
from ..cloud.rpc_calls import Caller
from ..deployment.deployment import Deployment


class Evidence(NamedTuple):
    """What else there is to go by, and whether the buses may be sent a test event.

    `tried`: channels that are sent a message, and then nothing else is looked at. `requirements` are the layer's pins,
    `log` is lines of the functions' log, `token` one for our HTTP entrance.
    """

    test_event: bool = True
    tried: tuple[str, ...] = ()
    requirements: str = ""
    log: tuple[str, ...] = ()
    token: str = ""


NOTHING_MORE = Evidence()


class Examined(NamedTuple):
    """`cloud` is the functions' own account, in the name of `caller`, who deploys."""

    deployment: Deployment
    cloud: CloudAccount
    caller: Caller
    evidence: Evidence = NOTHING_MORE

    def is_own(self, account: Account) -> bool:
        """Whether the functions are in that account too."""
        return account.account_id == self.deployment.account_id

    def inside(self, account: Account) -> CloudAccount | None:
        """The cloud of that account: ours, or through its role where whoever deploys may assume it, too."""
        if self.is_own(account):
            return self.cloud
        try:
            return self.cloud.assume(account.role)
        except CloudFault:
            return None
