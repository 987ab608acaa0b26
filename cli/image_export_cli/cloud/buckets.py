"""Buckets as the doctor sees them: where they are, whose, and how they keep what is in them. Reads only.

GetBucketInfo page of OSS; "HTTP status code 403" page for a bucket that is asked for in the wrong region.
"""

from typing import Any, NamedTuple

import alibabacloud_oss_v2 as sdk

from image_export.edges.aliyun.oss import Oss
from image_export.edges.faults import reading
from image_export.errors import Refused

from .regions import named_in

ELSEWHERE = ("must be addressed using the specified endpoint", "Invalid signing region")


class Bucket(NamedTuple):
    """`region` is None where it is only known that the bucket is not in the region that was asked.

    Of a bucket elsewhere nothing but its region is known.
    """

    region: str | None
    owner_id: str = ""
    encryption: str | None = None  # AES256, KMS …
    storage_class: str = ""
    acl: str = ""


class LifecycleRule(NamedTuple):
    """What happens to objects below a prefix in time: they expire, or move to these classes."""

    name: str
    prefix: str
    expires: bool
    classes: tuple[str, ...]


class Buckets(Oss):
    """The buckets of one region, in the name of whoever deploys."""

    def __init__(self, region_id: str, *how: Any) -> None:
        super().__init__(region_id, *how)
        self._region_id = region_id

    def bucket(self, name: str) -> Bucket | None:
        """The bucket; None where there is none of that name. Raises CloudFault."""
        try:
            answer = self._send(self._client.get_bucket_info, sdk.GetBucketInfoRequest(bucket=name))
        except Refused as fault:
            if fault.code == "NoSuchBucket":
                return None
            if any(words in fault.cause.message for words in ELSEWHERE):
                return Bucket(named_in(f"{fault.cause.message} {_endpoint(fault)}", but=self._region_id))
            raise
        with reading(self._host):
            info = answer.bucket_info
            algorithm = info.sse_rule.sse_algorithm if info.sse_rule else None
            return Bucket(
                region=info.location.removeprefix("oss-"),
                owner_id=info.owner.id,
                encryption=None if algorithm in (None, "", "None") else algorithm,
                storage_class=info.storage_class or "",
                acl=info.acl or "",
            )

    def lifecycle(self, name: str) -> list[LifecycleRule]:
        """The bucket's enabled rules, none where there are none. Raises CloudFault."""
        try:
            answer = self._send(self._client.get_bucket_lifecycle, sdk.GetBucketLifecycleRequest(bucket=name))
        except Refused as fault:
            if fault.code == "NoSuchLifecycle":
                return []
            raise
        with reading(self._host):
            rules = answer.lifecycle_configuration.rules or []
            return [_rule(rule) for rule in rules if rule.status == "Enabled"]


def _rule(rule: Any) -> LifecycleRule:
    classes = tuple(str(one.storage_class) for one in rule.transitions or ())
    return LifecycleRule(rule.id or "", rule.prefix or "", rule.expiration is not None, classes)


def _endpoint(fault: Refused) -> str:
    """The element `Endpoint` of the refusal, which the SDK keeps beside code and message."""
    said = getattr(fault.__cause__, "kwargs", {}).get("error")
    return str((getattr(said, "error_fileds", None) or {}).get("Endpoint", ""))  # so spelled by the SDK
