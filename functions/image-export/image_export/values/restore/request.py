"""What is to be restored: all that is needed to go on without asking anyone again. Pure."""

from msgspec import field

from ..account import AssumedRole
from ..export import RequestedBy
from ..image import MADE_HERE
from ..manifest import Manifest
from ..notify_target import AnyChannel, CloudTarget
from ..place import Place
from ..wire import Wire
from .restore import Unpack, WhichDisks

# On every image that a restore makes, with the RestoreId; on everything that a drill makes, with the DrillId
RESTORE_TAG, DRILL_TAG = MADE_HERE


class AskedRestore(Wire, frozen=True, kw_only=True):
    """Somebody asks for a restore, by an ExportId or a manifest's address. Not yet admitted by the policy."""

    export_id: str | None = field(name="ExportId", default=None)
    manifest: str | None = field(name="Manifest", default=None)
    region_id: str | None = field(name="RegionId", default=None)
    image_name: str | None = field(name="ImageName", default=None)
    disks: WhichDisks = field(name="Disks", default="all")
    unpack: Unpack = field(name="Unpack", default="auto")
    role_name: str | None = field(name="RoleName", default=None)
    client_token: str | None = field(name="ClientToken", default=None)
    dry_run: bool = field(name="DryRun", default=False)


class RestoreRequest(Wire, frozen=True, kw_only=True):
    """An admitted request. The manifest is kept as it was read: what is imported does not change under a restore."""

    role: AssumedRole = field(name="Role")
    manifest_address: str = field(name="ManifestAddress")
    manifest: Manifest = field(name="Manifest")
    region_id: str | None = field(name="RegionId", default=None)  # to which the image is copied; None: it is not
    image_name: str = field(name="ImageName")
    disks: WhichDisks = field(name="Disks", default="all")
    unpack: Unpack = field(name="Unpack", default="auto")
    role_name: str | None = field(name="RoleName", default=None)
    client_token: str | None = field(name="ClientToken", default=None)
    drill_id: str | None = field(name="DrillId", default=None)  # of the drill whose restore this is
    requested_by: RequestedBy = field(name="RequestedBy")
    notify: tuple[CloudTarget, ...] = field(name="Notify", default=())
    channels: tuple[AnyChannel, ...] = field(name="Channels", default=())

    @property
    def place(self) -> Place:
        """Where disks are imported: the account of the role, the region of the bucket."""
        return Place(self.role.account_id, self.manifest.region_id)

    @property
    def copies(self) -> bool:
        """Whether what is imported is a temporary image, of which one in another region is made."""
        return self.region_id is not None

    @property
    def target_region_id(self) -> str:
        """Where the restored image is."""
        return self.region_id or self.manifest.region_id
