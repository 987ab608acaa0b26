"""A policy in OSS that cannot be read: what is wrong with it, as whoever deployed us can mend it. Pure."""

from ...errors import CloudFault, OurFault
from ...values.cause import Cause

FORBIDDEN = 403
ADVICE = {
    "NoSuchBucket": "Create the bucket and put the policy there, or correct IMAGE_EXPORT_POLICY.",
    "NoSuchKey": "Put the policy there, or correct IMAGE_EXPORT_POLICY.",
    "InvalidObjectState": "The object is archived: put the policy there again, in storage class Standard.",
}


def split(address: str) -> tuple[str, str]:
    """Bucket and key of `oss://bucket/key`."""
    bucket, _, key = address.removeprefix("oss://").partition("/")
    return bucket, key


def not_there(address: str) -> OurFault:
    """There is no such object."""
    return _unreadable(address, Cause(code="NoSuchKey", message="there is no such object"), ADVICE["NoSuchKey"])


def not_read(address: str, fault: CloudFault) -> OurFault:
    """OSS refused it, or did not answer: with its code, and the right that is missing where it is a right."""
    advice = ADVICE.get(fault.code)
    if advice is None and fault.status == FORBIDDEN:
        advice = f"Give the function's own role oss:GetObject on acs:oss:*:*:{'/'.join(split(address))}."
    return _unreadable(address, fault.cause, advice or "Ask again; if it stays so, look at the bucket.")


def _unreadable(address: str, said: Cause, advice: str) -> OurFault:
    message = f"The policy {address} cannot be read: {said.code}: {said.message}"
    return OurFault(Cause(code="PolicyInvalid", message=message, request_id=said.request_id, recommend=advice))
