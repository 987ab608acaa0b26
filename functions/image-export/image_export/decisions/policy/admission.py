"""May it, and is it wanted? The policy's answers to requests and sightings (docs/protocol.md#p5). Pure."""

from datetime import datetime

import msgspec
from msgspec.structs import replace

from ...errors import AskerFault
from ...values.account import AssumedRole
from ...values.arrival import DirectRequest
from ...values.cause import Cause
from ...values.export import RequestedBy
from ...values.export_request import ExportRequest
from ...values.image import Image
from ...values.policy import Account, Policy, When
from .eligibility import offered
from .matching import find_rule

ADVICE = "Ask for what policy.yaml allows, or have it allow this."


class NotWanted(msgspec.Struct, frozen=True):
    """No rule wants the image, and why."""

    reason: str


def admit_direct(
    policy: Policy, direct: DirectRequest, *, default_region: str, requested_by: RequestedBy
) -> ExportRequest:
    """The request with everything the policy adds. Raises AskerFault 403 outside its accounts, regions and buckets."""
    account = _account(policy, direct.account_id)
    region = direct.region_id or default_region
    destination = account.destinations.get(region)
    if destination is None:
        raise _forbidden(f"The policy has no destination in {region} for account {account.account_id}.")
    if direct.oss_bucket != destination.bucket:
        raise _forbidden(f"OSSBucket {direct.oss_bucket} is not the policy's destination in {region}.")
    return ExportRequest(
        role=account.role,
        region_id=region,
        image_id=direct.image_id,
        oss_bucket=direct.oss_bucket,
        caller_prefix=destination.prefix if direct.oss_prefix is None else direct.oss_prefix,
        default_prefix=direct.oss_prefix is None,
        image_format=direct.image_format,
        role_name=direct.role_name,
        client_token=direct.client_token,
        requested_by=requested_by,
        notify=policy.notify,
        channels=policy.channels,
    )


def admit_image(
    policy: Policy, image: Image, *, when: When, now: datetime, requested_by: RequestedBy
) -> ExportRequest | NotWanted:
    """The request of the first rule that matches, or why there is none. A format that the region lacks gives way."""
    account = policy.account(image.account_id)
    destination = account.destinations.get(image.region_id) if account else None
    if account is None or destination is None:
        return NotWanted(f"the policy has no destination for account {image.account_id} in {image.region_id}")
    rule, reason = find_rule(policy, image, when=when, now=now)
    if rule is None:
        return NotWanted(reason)
    return ExportRequest(
        role=account.role,
        region_id=image.region_id,
        image_id=image.image_id,
        oss_bucket=destination.bucket,
        caller_prefix=destination.prefix,
        image_format=offered(rule.format, image.region_id),
        image_name=image.name,
        rule=rule.name,
        after_cancel=rule.cancelled == "again",
        priority=rule.priority,
        requested_by=requested_by,
        notify=policy.notify,
        channels=policy.channels,
    )


def watches(policy: Policy, account_id: str | None, region_id: str) -> list[AssumedRole]:
    """The roles through which an image named by an event may be looked at; none: it is outside the policy."""
    return [
        account.role
        for account in policy.accounts
        if account_id in (None, account.account_id) and region_id in account.destinations
    ]


def still_allowed(policy: Policy, request: ExportRequest) -> Cause | None:
    """What the policy says by now against a recorded request (docs/protocol.md#rule-16)."""
    account = policy.account(request.account_id)
    if account is None or account.role_arn != request.role.role_arn:
        return _cause(f"The policy no longer names account {request.account_id} with {request.role.role_arn}.")
    if policy.bucket(request.account_id, request.region_id) != request.oss_bucket:
        return _cause(f"oss://{request.oss_bucket} is no longer the policy's destination in {request.region_id}.")
    return None


def as_of_today(policy: Policy | None, request: ExportRequest) -> ExportRequest:
    """The recorded request, with the role and the external_id that the policy has for its account today.

    An account that the policy does not name any more, or a policy that cannot be read, leaves it as it was recorded, so
    that what was started is still watched.
    """
    account = policy.account(request.account_id) if policy else None
    return replace(request, role=account.role) if account else request


def _account(policy: Policy, account_id: str | None) -> Account:
    if account_id is None:
        if len(policy.accounts) == 1:
            return policy.accounts[0]
        known = ", ".join(account.account_id for account in policy.accounts)
        raise AskerFault(
            Cause(code="MissingParameter", message=f"AccountId is needed: the policy has several ({known}).")
        )
    account = policy.account(account_id)
    if account is None:
        raise _forbidden(f"The policy does not name account {account_id}.")
    return account


def _cause(message: str) -> Cause:
    return Cause(code="Forbidden.Policy", message=message, recommend=ADVICE)


def _forbidden(message: str) -> AskerFault:
    return AskerFault(_cause(message), status=403)
