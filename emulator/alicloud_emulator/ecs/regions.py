"""The regions of ECS, and what of export is not everywhere (ExportImage page of 2025)."""

from alicloud_emulator.calls import Call
from alicloud_emulator.errors import ApiError

REGIONS = frozenset(
    {
        *("cn-hangzhou", "cn-shanghai", "cn-beijing", "cn-shenzhen", "cn-qingdao", "cn-zhangjiakou", "cn-huhehaote"),
        *("cn-wulanchabu", "cn-heyuan", "cn-guangzhou", "cn-chengdu", "cn-nanjing", "cn-fuzhou", "cn-hongkong"),
        *("ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7"),
        *("ap-northeast-1", "ap-northeast-2", "ap-south-1", "us-east-1", "us-west-1", "eu-west-1", "eu-central-1"),
        *("me-east-1", "me-central-1"),
    }
)
# Where an image can be exported in a format other than raw.
FORMAT_REGIONS = frozenset(
    {
        *("ap-northeast-1", "ap-southeast-1", "ap-southeast-3", "ap-southeast-5", "eu-central-1", "eu-west-1"),
        *("me-east-1", "us-east-1", "us-west-1"),
    }
)


def region_of(call: Call) -> str:
    """The region that a call is for."""
    return checked(call.params["RegionId"])


def checked(region: str) -> str:
    """The region, if it is one."""
    if region not in REGIONS:
        raise ApiError(400, "InvalidRegionId.NotFound", "The specified RegionId does not exist.")
    return region
