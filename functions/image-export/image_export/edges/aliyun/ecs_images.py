"""ECS calls that make, change and delete images of one account in one region: one call each, sent once.

ImportImage, CopyImage, ModifyImageAttribute, DeleteImage, DeleteSnapshot: docs/cloud-facts.md#fact-18.
"""

from typing import Any, NamedTuple

from aliyunsdkcore.request import AcsRequest
from aliyunsdkecs.endpoint import endpoint_data
from aliyunsdkecs.request.v20140526.CopyImageRequest import CopyImageRequest
from aliyunsdkecs.request.v20140526.DeleteImageRequest import DeleteImageRequest
from aliyunsdkecs.request.v20140526.DeleteSnapshotRequest import DeleteSnapshotRequest
from aliyunsdkecs.request.v20140526.DescribeImagesRequest import DescribeImagesRequest
from aliyunsdkecs.request.v20140526.ImportImageRequest import ImportImageRequest
from aliyunsdkecs.request.v20140526.ModifyImageAttributeRequest import ModifyImageAttributeRequest

from ...decisions.restore.mapping import Afterwards
from ...errors import Refused
from ...use_cases.paging import by_number
from ...use_cases.restore.ports import Imported, StartCopy, StartImport
from ...values.restore.steps import Detection, Made, Risk
from ..faults import reading, unread
from ..retrying import in_time
from .ecs import PAGE, STATUSES, UNKNOWN_IMAGE
from .ecs_answers import read_images
from .ecs_fields import Fields, each, integer, named, text
from .rpc import Rpc

GONE = UNKNOWN_IMAGE | {"InvalidSnapshotId.NotFound"}
OF_AFTERWARDS = {
    "family": "ImageFamily",
    "boot_mode": "BootMode",
    "description": "Description",
    "license_type": "LicenseType",
    "nvme_support": "Features.NvmeSupport",
    "imds_support": "Features.ImdsSupport",
}
OF_IMPORT = {**OF_AFTERWARDS, "architecture": "Architecture", "os_type": "OSType", "platform": "Platform"}
OF_COPY = {"description": "DestinationDescription", "resource_group_id": "ResourceGroupId"}
OF_IMPORT |= {"resource_group_id": "ResourceGroupId", "role_name": "RoleName"}


class _Page(NamedTuple):
    """An answer of DescribeImages, and whether there is another page."""

    answer: dict[str, Any]
    more: bool


class EcsImages:
    """The calls of one account in one region."""

    def __init__(self, rpc: Rpc, account_id: str, region_id: str) -> None:
        self._rpc = rpc
        self._account_id = account_id
        self._region_id = region_id
        self._host = endpoint_data.getEndpointMap().get(region_id) or f"ecs.{region_id}.aliyuncs.com"

    def _call(self, request: AcsRequest, *, fresh_connection: bool = False) -> dict[str, Any]:
        request.add_query_param("RegionId", self._region_id)
        return self._rpc.call(request, self._host, fresh_connection=fresh_connection)

    def by_id(self, image_id: str) -> Made | None:
        """The image in whatever status, or None."""
        request = DescribeImagesRequest()
        request.set_ImageId(image_id)
        try:
            return self._one(self._listed(request), "ImageId", image_id)
        except Refused as fault:
            if fault.code in UNKNOWN_IMAGE:
                return None
            raise

    def by_name(self, name: str) -> Made | None:
        """The account's own image of exactly that name: the filter itself finds others that are like it."""
        pages = by_number(lambda number: self._named_like(name, number))
        return next(filter(None, (self._one(page.answer, "ImageName", name) for page in pages)), None)

    def _named_like(self, name: str, number: int) -> _Page:
        if number > 1:
            in_time(self._rpc.remaining_s)
        request = DescribeImagesRequest()
        request.set_ImageName(name)
        request.set_ImageOwnerAlias("self")
        request.set_PageSize(PAGE)
        request.set_PageNumber(number)
        answer = self._listed(request)
        with reading(self._host):
            more = bool(each(answer["Images"], "Image")) and number * PAGE < integer(answer, "TotalCount")
        return _Page(answer, more)

    def _listed(self, request: DescribeImagesRequest) -> dict[str, Any]:
        request.set_Status(STATUSES)
        return self._call(request)

    def _one(self, answer: dict[str, Any], field: str, value: str) -> Made | None:
        with reading(self._host):
            entries = each(answer["Images"], "Image")
            entry = next((one for one in entries if isinstance(one, dict) and text(one, field) == value), None)
            if entry is None:
                return None
            images, left_out = read_images({"Images": {"Image": [entry]}}, self._account_id, self._region_id)
            if not images:
                raise unread(self._host, left_out[0])
            return Made(images[0], _snapshots(entry), _detection(entry))

    def import_image(self, start: StartImport) -> Imported:
        """Start the import, on a connection of its own: a stale one would leave in doubt what never arrived."""
        request = ImportImageRequest()
        mappings = [
            {
                "OSSBucket": one.oss_bucket,
                "OSSObject": one.oss_object,
                "Format": one.image_format,
                "DiskImageSize": one.disk_image_size,
            }
            for one in start.sources
        ]
        request.set_DiskDeviceMappings(mappings)
        request.set_ImageName(start.image_name)
        request.set_ClientToken(start.client_token)
        request.set_Tags([{"Key": key, "Value": value} for key, value in start.parameters.tags])
        if start.checked:
            request.set_DetectionStrategy("Standard")
        _add(request, start.parameters._asdict(), OF_IMPORT)
        answer = self._call(request, fresh_connection=True)
        with reading(self._host):
            return Imported(named(answer, "ImageId"), text(answer, "TaskId") or text(answer, "ImportTaskId") or None)

    def copy_image(self, start: StartCopy) -> str:
        """Have a copy made in another region: called where the source is, on a connection of its own."""
        request = CopyImageRequest()
        request.set_ImageId(start.image_id)
        request.set_DestinationRegionId(start.region_id)
        request.set_DestinationImageName(start.image_name)
        request.set_ClientToken(start.client_token)
        request.set_Tags([{"Key": key, "Value": value} for key, value in start.parameters.tags])
        _add(request, start.parameters._asdict(), OF_COPY)
        answer = self._call(request, fresh_connection=True)
        with reading(self._host):
            return named(answer, "ImageId")

    def modify(self, image_id: str, wanted: Afterwards) -> None:
        """Set what is not empty."""
        request = ModifyImageAttributeRequest()
        request.set_ImageId(image_id)
        _add(request, wanted._asdict(), OF_AFTERWARDS)
        self._call(request)

    def delete(self, image_id: str) -> None:
        """Also where instances use it: they keep their disks."""
        request = DeleteImageRequest()
        request.set_ImageId(image_id)
        request.set_Force(True)
        self._gone(request)

    def delete_snapshot(self, snapshot_id: str) -> None:
        """Not while an image is made of it: 403 SnapshotCreatedImage."""
        request = DeleteSnapshotRequest()
        request.set_SnapshotId(snapshot_id)
        self._gone(request)

    def _gone(self, request: AcsRequest) -> None:
        try:
            self._call(request)
        except Refused as fault:
            if fault.code not in GONE:
                raise


def _add(request: AcsRequest, values: dict[str, Any], names: dict[str, str]) -> None:
    for field, name in names.items():
        if values.get(field):
            request.add_query_param(name, values[field])


def _snapshots(entry: Fields) -> tuple[str, ...]:
    mappings = each(entry.get("DiskDeviceMappings"), "DiskDeviceMapping")
    return tuple(snapshot for one in mappings if (snapshot := text(one, "SnapshotId")))


def _detection(entry: Fields) -> Detection | None:
    """None where ECS has not begun to check it, or does not check such images."""
    said = entry.get("DetectionOptions")
    if not isinstance(said, dict) or not text(said, "Status"):
        return None
    items = each(said.get("Items"), "Item")
    risks = (Risk(text(one, "Name"), text(one, "RiskCode"), text(one, "RiskLevel")) for one in items)
    return Detection(text(said, "Status"), tuple(risk for risk in risks if risk.level))
