"""Finds the manifest that is meant, and prints what makes an image of it without us. Changes nothing."""

from pathlib import Path

import click

from image_export.decisions.restore import asking as deciding
from image_export.decisions.restore import mapping, names
from image_export.decisions.results.export_view import manifest_address
from image_export.errors import AskerFault
from image_export.values.account import AssumedRole
from image_export.values.cause import Cause
from image_export.values.export import RequestedBy
from image_export.values.manifest import Manifest
from image_export.values.restore.request import RestoreRequest

from ..deployed import Deployed, at, say
from ..exit_codes import ExitCode
from .asking import Asked, What
from .by_hand import BY_HAND, commands


def print_commands(deployment: Path, asked: Asked) -> ExitCode:
    """On stdout, to be run as they are. Raises ImageExportError."""
    request = _request(asked, *_manifest(deployment, asked.what))
    refusal = mapping.refusal(request.manifest, request.disks)
    if refusal:
        raise AskerFault(refusal)
    for warning in mapping.warnings(request):
        say(f"Warning: {warning}")
    for line in commands(request):
        click.echo(line)
    return ExitCode.DONE


def _request(asked: Asked, address: str, manifest: Manifest) -> RestoreRequest:
    name = asked.name or names.default_name(manifest.image_name or "", BY_HAND)
    if not names.is_name(name):
        raise click.UsageError(f"{name[:140]!r} is no name of an image; it must be {names.WHAT_A_NAME_IS}.")
    return RestoreRequest(
        role=AssumedRole(account_id=manifest.account_id, role_arn=""),
        manifest_address=address,
        manifest=manifest,
        region_id=None if asked.region == manifest.region_id else asked.region,
        image_name=name,
        disks=asked.disks,
        unpack=asked.unpack,
        role_name=asked.role_name,
        requested_by=RequestedBy(trigger="invoke", id=BY_HAND),
    )


def _manifest(deployment: Path, what: What) -> tuple[str, Manifest]:
    """Where it is, and what it says: a file, else an object that is read with somebody's own keys."""
    if what.export_id is None and what.manifest is None:
        try:
            return what.name, deciding.read_manifest(Path(what.name).read_bytes(), what.name)
        except OSError as fault:
            raise click.UsageError(
                f"{what.name} is no export, no oss:// address and no file: {fault.strerror}."
            ) from fault
    deployed = at(deployment)
    address = what.manifest or _address(deployed, what.name)
    bucket, key = deciding.split(address)
    body = deployed.account.stored(bucket, key, _region(deployed, bucket))
    if body is None:
        raise AskerFault(Cause(code="ManifestNotFound", message=f"There is no manifest at {address}."))
    return address, deciding.read_manifest(body, address)


def _address(deployed: Deployed, export: str) -> str:
    record = deployed.ledger.load(export)
    if record is None:
        advice = "`image-export list` shows what there is."
        raise AskerFault(Cause(code="ExportNotFound", message=f"There is no export {export}.", recommend=advice))
    if record.ended is None or record.ended.status != "Completed":
        message = f"{export} is not Completed, so that there is nothing to restore yet."
        raise AskerFault(Cause(code="ExportNotCompleted", message=message))
    return manifest_address(record)


def _region(deployed: Deployed, bucket: str) -> str | None:
    """Where the policy has the bucket; None where it does not say."""
    places = (place for account in deployed.deployment.policy.accounts for place in account.destinations.items())
    return next((region for region, destination in places if destination.bucket == bucket), None)
