"""Buckets as the doctor sees them: where they are, whose, and how they keep what is in them. Reads only.

GetBucketInfo page of OSS; "HTTP status code 403" page for a bucket that is asked for in the wrong region.
"""

from typing import NamedTuple

import alibabacloud_oss_v2 as sdk

from image_export.edges.faults import reading
from image_export.edges.oss import Oss
from image_export.errors import Refused

ELSEWHERE = ("must be addressed using the specified endpoint", "Invalid signing region")


class Bucket(NamedTuple):
    """`region` is None where it is only known that the bucket is not in the region that was asked."""

    region: str | None
    owner_id: str = ""
    encryption: str | None = None  # AES256, KMS …
    storage_class: str = ""
    acl: str = ""


class Buckets(Oss):
    """The buckets of one region, in the name of whoever deploys."""

    def bucket(self, name: str) -> Bucket | None:
        """The bucket; None where there is none of that name. Raises CloudFault."""
        try:
            answer = self._send(self._client.get_bucket_info, sdk.GetBucketInfoRequest(bucket=name))
        except Refused as fault:
            if fault.code == "NoSuchBucket":
                return None
            if any(words in fault.cause.message for words in ELSEWHERE):
                return Bucket(None)
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
