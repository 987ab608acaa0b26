"""What an entrance wants exported, already admitted by the policy. Pure."""

from msgspec import field

from .account import AssumedRole
from .export import ImageFormat, RequestedBy
from .notify_target import AnyChannel, CloudTarget
from .place import Place
from .wire import Wire

DEFAULT_ROLE_NAME = "AliyunECSImageExportDefaultRole"  # ECS's own choice (docs/cloud-facts.md#fact-1-1)


class ExportRequest(Wire, frozen=True, kw_only=True):
    """Everything needed to go on with an export without asking anyone again (docs/protocol.md#rule-3).

    `caller_prefix`: 0 to 30 letters or digits; 17 at most get our part behind, others stay (docs/protocol.md#rule-8).
    `ledger_id`: of the ledger that recorded it, so that two ledgers never make one prefix. Version 0.1.0 had none: what
    it recorded keeps its prefix.
    """

    role: AssumedRole = field(name="Role")
    region_id: str = field(name="RegionId")
    image_id: str = field(name="ImageId")
    oss_bucket: str = field(name="OSSBucket")
    caller_prefix: str = field(name="CallerPrefix", default="")
    # the destination's own: whoever asked has named none
    default_prefix: bool = field(name="DefaultPrefix", default=False)
    image_format: ImageFormat = field(name="ImageFormat", default="raw")
    role_name: str | None = field(name="RoleName", default=None)
    client_token: str | None = field(name="ClientToken", default=None)
    image_name: str | None = field(name="ImageName", default=None)  # where whoever wanted it had seen the image
    # the policy's rule that wanted it; None: someone asked for it directly
    rule: str | None = field(name="Rule", default=None)
    # the rule wants it again although somebody has cancelled the last export
    after_cancel: bool = field(name="AfterCancel", default=False)
    priority: int = field(name="Priority", default=0)
    requested_by: RequestedBy = field(name="RequestedBy")
    notify: tuple[CloudTarget, ...] = field(name="Notify", default=())
    channels: tuple[AnyChannel, ...] = field(name="Channels", default=())
    ledger_id: str = field(name="LedgerId", default="")

    @property
    def account_id(self) -> str:
        """The account that owns the image."""
        return self.role.account_id

    @property
    def place(self) -> Place:
        """Where the image is."""
        return Place(self.role.account_id, self.region_id)

    @property
    def asked_prefix(self) -> str:
        """The OSSPrefix that somebody has named; empty for the destination's own, which the policy may change."""
        return "" if self.default_prefix or self.rule is not None else self.caller_prefix

    @property
    def own_role_name(self) -> str:
        """The role that ECS is to use; empty for its default one, whether that was said or left out."""
        return "" if self.role_name in (None, DEFAULT_ROLE_NAME) else self.role_name
