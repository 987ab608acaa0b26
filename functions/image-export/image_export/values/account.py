"""The role that is assumed for one account of the policy. Pure."""

from .wire import Wire


class AssumedRole(Wire, frozen=True, kw_only=True):
    """Whose role, and how it is asked for. Recorded in an export, so that a started one stays watchable."""

    account_id: str
    role_arn: str
    external_id: str | None = None
