"""The role that is assumed for one account of the policy. Pure."""

from msgspec import field

from .wire import Wire


class AssumedRole(Wire, frozen=True, kw_only=True):
    """Whose role, and how it is asked for. Recorded in an export, so that a started one stays watchable."""

    account_id: str = field(name="AccountId")
    role_arn: str = field(name="RoleArn")
    external_id: str | None = field(name="ExternalId", default=None)
