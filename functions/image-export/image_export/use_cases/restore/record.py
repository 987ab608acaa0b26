"""Record a restore, show what one would do, cancel one. Imports nothing.

Order: the name in the history, the marker, a hint, `requested`; whoever dies in between leaves names that lead nowhere.
"""

from typing import NamedTuple

import msgspec

from ...decisions.restore import asking, mapping, names
from ...decisions.restore.codes import advised
from ...decisions.restore.objects import changed_object
from ...decisions.results.export_view import manifest_address
from ...decisions.state.backoff import ENTRANCE_GRACE
from ...errors import AskerFault, CloudFault
from ...values import ledger_keys as keys
from ...values.cause import Cause
from ...values.export import RequestedBy
from ...values.restore.facts import RestoreCancel, RestoreRequested, TakesArchives
from ...values.restore.record import RestoreRecord
from ...values.restore.request import AskedRestore, RestoreRequest
from ...values.restore.restore import RestorePlan
from ..context import Context
from . import facts
from .ports import Importing


class RecordedRestore(NamedTuple):
    """The restore that a request is, whether this call made it, and the hint that it left."""

    restore_id: str
    created: bool
    hint: str | None = None


def wanted(
    context: Context, importing: Importing, asked: AskedRestore, asker: RequestedBy
) -> tuple[str, RestoreRequest]:
    """The RestoreId and the request, with the manifest read. Writes nothing for a DryRun.

    Raises AskerFault and CloudFault.
    """
    policy = context.ruled()
    address = asked.manifest or _address_of(context, asked.export_id or "")
    bucket, key = asking.split(address)
    account, region = asking.holder(policy, bucket)
    role = account.restore_role or account.role
    body = importing.clouds.at(role, region, bucket).read(bucket, key)
    if body is None:
        message = f"There is no manifest at {address}."
        raise AskerFault(Cause(code="ManifestNotFound", message=message), status=404)
    request = asking.request_of(policy, asked, address, asking.read_manifest(body, address), asker)
    restore = names.restore_id(
        context.ledger.identity(make=not asked.dry_run), role.account_id, asked.client_token, asker
    )
    name = request.image_name or names.default_name(request.manifest.image_name or "", restore)
    return restore, msgspec.structs.replace(request, image_name=name)


def _address_of(context: Context, export: str) -> str:
    record = context.ledger.load(export)
    if record is None:
        cause = Cause(code="ExportNotFound", message=f"There is no export {export!r}.")
        raise AskerFault(cause, status=404)
    if record.ended is None or record.ended.status != "Completed":
        message = f"{export} is not Completed, so that there is nothing to restore yet."
        raise AskerFault(Cause(code="ExportNotCompleted", message=message), status=409)
    return manifest_address(record)


def plan(context: Context, importing: Importing, restore: str, request: RestoreRequest) -> RestorePlan:
    """What the restore would do, after looking at its objects; nothing is called but reads."""
    noted = context.readable(keys.TakesArchives(request.place).key, TakesArchives)
    refusal = mapping.refusal(request.manifest, request.disks)
    warnings = list(mapping.warnings(request)) if refusal is None else []
    disks = mapping.wanted_disks(request.manifest, request.disks)
    archives = any(mapping.is_archive(disk.key) for disk in disks) and request.unpack != "never"
    unpacks = archives and (request.unpack == "always" or (noted is not None and not noted.fact.takes))
    if refusal is None:
        refusal = _refusal_by_objects(context, importing, restore, request)
    if archives and not unpacks and noted is None:
        warnings.append(
            "Whether ImportImage takes .tar.gz here is not known yet: it is tried first; if refused, the disks "
            "are unpacked, which takes about a minute for 8 GiB."
        )
    return RestorePlan(
        manifest=request.manifest_address,
        export_id=request.manifest.export_id,
        account_id=request.role.account_id,
        region_id=request.target_region_id,
        import_region_id=request.manifest.region_id if request.copies else None,
        image_name=request.image_name,
        sources=mapping.sources(request, restore, unpacked=unpacks) if refusal is None else (),
        unpacks=unpacks,
        fields=mapping.planned_fields(request) if request.manifest.image else (),
        warnings=tuple(warnings),
        refusal=refusal,
    )


def _refusal_by_objects(context: Context, importing: Importing, restore: str, request: RestoreRequest) -> Cause | None:
    bucket = request.manifest.oss_bucket
    cloud = importing.clouds.at(request.role, request.manifest.region_id, bucket)
    target = importing.clouds.at(request.role, request.target_region_id, bucket)
    record = RestoreRecord(restore_id=restore, request=request, requested_at=context.ledger.now)
    keys_ = [disk.key or "" for disk in mapping.wanted_disks(request.manifest, request.disks)]
    try:
        found = {key: cloud.object(bucket, key) for key in keys_}
        named = target.image_by_name(request.image_name)
    except CloudFault as fault:
        return advised(fault.cause)
    if named:
        message = f"There is an image of the name {request.image_name!r} already ({named.image.image_id})."
        return advised(Cause(code="InvalidImageName.Duplicated", message=message))
    return changed_object(record, found, keys_)


def record(context: Context, restore: str, request: RestoreRequest) -> RecordedRestore:
    """Record the request and answer its restore. From here on it is watched.

    Raises AskerFault 409 where the manifest cannot be restored, or a ClientToken comes with other parameters.
    """
    ledger = context.ledger
    ledger.ready()
    standing = facts.load(ledger, restore)
    if standing:
        _check_same(standing.request, request)
        return RecordedRestore(restore, created=False)
    asking.check(request)
    listed = keys.RestoreHistory(keys.backwards(ledger.latest), restore).key
    requested = RestoreRequested(restore_id=restore, listed=listed, request=request)
    hint = keys.due(ledger.now + ENTRANCE_GRACE, restore)
    ledger.name(listed)
    ledger.name(keys.RestoreOpen(restore).key)
    made = ledger.schedule(hint, lambda: ledger.create(keys.RestoreRequested(restore).key, requested))
    if not made.ours:
        _check_same(made.fact.request, request)
        return RecordedRestore(restore, created=False)
    asker = request.requested_by.wire()
    context.log.info("restore.requested", restore_id=restore, manifest=request.manifest_address, requested_by=asker)
    return RecordedRestore(restore, created=True, hint=hint)


def _check_same(was: RestoreRequest, now: RestoreRequest) -> None:
    """Of one ClientToken, or of one request that is delivered again."""
    said = [
        (one.manifest_address, one.region_id, one.image_name, one.disks, one.unpack, one.role_name)
        for one in (was, now)
    ]
    if said[0] != said[1]:
        message = "This ClientToken has begun a restore with other parameters."
        raise AskerFault(Cause(code="IdempotentParameterMismatch", message=message), status=409)


def cancel(context: Context, restore: RestoreRecord, asker: RequestedBy) -> str:
    """Ask for its end; answers the hint to the look that sees to it."""
    hint = keys.due(context.ledger.now, restore.restore_id)
    fact = RestoreCancel(requested_by=asker)
    context.ledger.schedule(hint, lambda: context.ledger.mark(keys.RestoreCancel(restore.restore_id).key, fact))
    context.log.info("restore.cancel_asked", restore_id=restore.restore_id, requested_by=asker.wire())
    return hint
