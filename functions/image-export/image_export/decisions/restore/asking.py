"""What somebody asks to be restored, admitted by the policy. Pure: `parameters` reads what was said."""

import re
from typing import Annotated

import msgspec

from ...errors import AskerFault
from ...values import forms
from ...values.account import AssumedRole
from ...values.cause import Cause
from ...values.export import RequestedBy
from ...values.manifest import Manifest
from ...values.policy import Account, Policy
from ...values.restore.request import AskedRestore, RestoreRequest
from . import mapping

ADDRESS = re.compile(rf"oss://({forms.BUCKET})/(\S.{{0,1022}})")
COPY_IT = (
    "Ask for what policy.yaml allows. To restore into another account, copy objects and manifest to a bucket that is "
    "its destination there."
)
ENABLE = "Deploy template.yml with Restore, and name restore_role_arn beside role_arn."


def split(address: str) -> tuple[str, str]:
    """Bucket and key of a manifest's address."""
    found = ADDRESS.fullmatch(address)
    if found is None:
        raise ValueError(address)
    return found[1], found[2]


def holder(policy: Policy, bucket: str) -> tuple[Account, str]:
    """The account and region that have the bucket as their destination. Raises AskerFault 403 where none has."""
    for account in policy.accounts:
        for region, destination in account.destinations.items():
            if destination.bucket == bucket:
                if account.restore_role is None:
                    message = f"policy.yaml allows no restore in account {account.account_id}."
                    cause = Cause(code="RestoreNotEnabled", message=message, recommend=ENABLE)
                    raise AskerFault(cause, status=403)
                return account, region
    message = f"The policy has no destination oss://{bucket}, so that nothing is restored from there."
    raise AskerFault(Cause(code="Forbidden.Policy", message=message, recommend=COPY_IT), status=403)


def role_today(policy: Policy, request: RestoreRequest) -> AssumedRole | None:
    """The role that the policy names today for the restore; one of another account is none: the image is not there."""
    account = _account_today(policy, request)
    return account.restore_role if account else None


def _account_today(policy: Policy, request: RestoreRequest) -> Account | None:
    for account in policy.accounts:
        role, buckets = account.restore_role, {one.bucket for one in account.destinations.values()}
        if role and role.account_id == request.role.account_id and request.manifest.oss_bucket in buckets:
            return account
    return None


def forbidden(policy: Policy, request: RestoreRequest) -> Cause | None:
    """Why the policy of today does not allow what was asked for (docs/protocol.md#rule-16)."""
    account = _account_today(policy, request)
    if account is None:
        message = f"policy.yaml allows no more to restore from oss://{request.manifest.oss_bucket} in that account."
        return Cause(code="RestoreNotEnabled", message=message, recommend=ENABLE)
    return _elsewhere(account, request.region_id) if request.region_id else None


def _elsewhere(account: Account, region: str) -> Cause | None:
    """Why no image may be made in that region: the account is for the regions of its destinations alone."""
    if region in account.destinations:
        return None
    message = f"The policy has no destination of account {account.account_id} in {region}."
    advice = f"Add a destination in {region} to policy.yaml, or restore into {', '.join(account.destinations)}."
    return Cause(code="Forbidden.Policy", message=message, recommend=advice)


def read_manifest(body: bytes, address: str) -> Manifest:
    """The manifest; of a version that is known. Raises AskerFault 422."""
    try:
        return msgspec.json.decode(body, type=Manifest)
    except msgspec.MsgspecError as fault:
        message = f"{address} is no manifest that this version understands: {fault}."
        raise AskerFault(Cause(code="ManifestUnreadable", message=message), status=422) from None


def request_of(
    policy: Policy, asked: AskedRestore, address: str, manifest: Manifest, asker: RequestedBy
) -> RestoreRequest:
    """The request with everything that the policy adds; its image's name is still the asked one, or empty.

    Objects are looked for where the manifest stands: what was copied to another bucket is restored from there.
    """
    bucket, _ = split(address)
    account, region = holder(policy, bucket)
    role = account.restore_role
    if role is None or (bucket == manifest.oss_bucket and region != manifest.region_id):
        message = f"The manifest is of {manifest.region_id}, and its bucket of {region}."
        raise AskerFault(Cause(code="ManifestUnreadable", message=message), status=422)
    target = None if asked.region_id == region else asked.region_id
    cause = _elsewhere(account, target) if target else None
    if cause:
        raise AskerFault(cause, status=403)
    return RestoreRequest(
        role=role,
        manifest_address=address,
        manifest=msgspec.structs.replace(manifest, oss_bucket=bucket, region_id=region),
        region_id=target,
        image_name=asked.image_name or "",
        disks=asked.disks,
        unpack=asked.unpack,
        role_name=asked.role_name,
        client_token=asked.client_token,
        requested_by=asker,
        notify=policy.notify,
        channels=policy.channels,
    )


def check(request: RestoreRequest) -> None:
    """Raises AskerFault 409 where the manifest cannot be restored, whatever the cloud may say."""
    cause = mapping.refusal(request.manifest, request.disks)
    if cause:
        raise AskerFault(cause, status=409)


class ToUnpack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the function that unpacks is invoked with."""

    restore_id: Annotated[str, msgspec.Meta(pattern=f"^{forms.RESTORE_ID}$")] = msgspec.field(name="RestoreId")


def restore_to_unpack(event: bytes) -> str:
    """The RestoreId. Raises AskerFault."""
    try:
        return msgspec.json.decode(event, type=ToUnpack).restore_id
    except msgspec.MsgspecError as fault:
        message = f'The event must be {{"RestoreId": "res-…"}}: {fault}.'
        raise AskerFault(Cause(code="InvalidParameter", message=message)) from None
