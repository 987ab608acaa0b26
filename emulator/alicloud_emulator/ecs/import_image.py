"""ImportImage (page of 2025): an image and a task at once, or the documented reason against it."""

from __future__ import annotations

from typing import Any

from alicloud_emulator.calls import Call
from alicloud_emulator.ecs.client_tokens import asked
from alicloud_emulator.ecs.image_events import ApiCall
from alicloud_emulator.ecs.import_request import Wanted, read
from alicloud_emulator.ecs.import_sources import Source, sources_of
from alicloud_emulator.ecs.imports import ImportOrder
from alicloud_emulator.ecs.service import Ecs
from alicloud_emulator.errors import ApiError

DRY_RUNS = {
    "DryRunOperation": "Request validation has been passed with DryRun flag set.",
    "DRYRUN.SUCCESS": "This request is a dryrun request with successful result.",
}


async def ImportImage(ecs: Ecs, call: Call) -> dict[str, Any]:
    """Start an import. A dry run looks at the parameters, and at no object: the page names no more than those."""
    if (before := ecs.tokens.answer_to(call)) is not None:
        return before
    wanted = read(ecs, call)
    if wanted.dry_run:
        code = ecs.unsure.dry_run_code
        raise ApiError(400, code, DRY_RUNS[code])
    return ecs.tokens.keep(call, started(ecs, call, wanted, sources_of(ecs, call, wanted)))


def started(ecs: Ecs, call: Call, wanted: Wanted, sources: tuple[Source, ...]) -> dict[str, Any]:
    """The new image, which is Waiting, and the task that will make it."""
    fields = {
        **wanted.fields,
        "RegionId": wanted.region,
        "ImageOwnerId": int(call.key.account_id),
        "Status": "Waiting",
        "Size": sources[0].size_gib,
        "DiskDeviceMappings": {"DiskDeviceMapping": disks(ecs, sources)},
    }
    told = ApiCall(name="ImportImage", region=wanted.region, request_id=call.request_id, asked=asked(call))
    image = ecs.images.create(fields, told)
    order = ImportOrder(
        image=image,
        account_id=call.key.account_id,
        plan=ecs.imports.plan_for(str(image.fields["ImageName"])),
        files=tuple((source.bucket, source.key) for source in sources),
        role_name=wanted.role_name,
        checked=wanted.checked,
    )
    task = ecs.imports.start(order)
    return {"ImageId": image.id, "RegionId": wanted.region, ecs.unsure.import_id_field: task.id}


def disks(ecs: Ecs, sources: tuple[Source, ...]) -> list[dict[str, Any]]:
    """A disk for each file, by N; whether devices follow each other in that order too is sure of the system disk."""
    letters = [chr(ord("a") + number) for number in range(len(sources))]
    if ecs.unsure.import_device_order == "system_only":
        letters = [letters[0], *reversed(letters[1:])]
    return [
        {
            "Device": f"/dev/xvd{letter}",
            "Size": str(source.size_gib),
            "Format": source.image_format,
            "ImportOSSBucket": source.bucket,
            "ImportOSSObject": source.key,
        }
        for letter, source in zip(letters, sources, strict=True)
    ]
