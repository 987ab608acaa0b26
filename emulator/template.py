"""What exists at the start: the buckets, roles and bus that the template and the policy name."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulator.cloud import Cloud


def populate(cloud: "Cloud") -> None:
    """Make them."""
    for region, bucket in (("cn-hangzhou", "acme-images-hangzhou"), ("ap-southeast-1", "acme-images-singapore")):
        cloud.oss.create_bucket(bucket, region=region)
    cloud.oss.create_bucket(f"image-export-ledger-{cloud.account_id}", region="cn-hangzhou")
