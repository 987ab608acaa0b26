"""What an entrance wants exported, already admitted by the policy. Pure."""

from .account import AssumedRole
from .export import ImageFormat, RequestedBy
from .notify_target import NotifyTarget
from .wire import Wire


class ExportRequest(Wire, frozen=True, kw_only=True):
    """Everything needed to go on with an export without asking anyone again (PROTOCOL 3).

    `caller_prefix`: 0 to 30 letters or digits; up to 17 get our own part behind, longer ones stay (PROTOCOL 8).
    """

    role: AssumedRole
    region_id: str
    image_id: str
    oss_bucket: str
    caller_prefix: str = ""
    default_prefix: bool = False  # the destination's own: whoever asked has named none
    image_format: ImageFormat = "raw"
    role_name: str | None = None
    client_token: str | None = None
    rule: str | None = None  # the policy's rule that wanted it; None: someone asked for it directly
    after_cancel: bool = False  # the rule wants it again although somebody has cancelled the last export
    priority: int = 0
    requested_by: RequestedBy
    notify: tuple[NotifyTarget, ...] = ()

    @property
    def account_id(self) -> str:
        """The account that owns the image."""
        return self.role.account_id
