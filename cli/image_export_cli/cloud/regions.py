"""The regions of ECS that are known here: one that is not may be newer, and is more often mistyped. Pure.

"Regions and zones" page of ECS, and the region list of the core SDK.
"""

import re
from difflib import get_close_matches

REGIONS = frozenset(
    {
        *("cn-hangzhou", "cn-shanghai", "cn-beijing", "cn-shenzhen", "cn-qingdao", "cn-zhangjiakou", "cn-huhehaote"),
        *("cn-wulanchabu", "cn-heyuan", "cn-guangzhou", "cn-chengdu", "cn-nanjing", "cn-fuzhou", "cn-hongkong"),
        *("cn-wuhan-lr", "cn-zhengzhou-jva", "cn-beijing-finance-1", "cn-shanghai-finance-1", "cn-shenzhen-finance-1"),
        *("cn-hangzhou-finance", "cn-north-2-gov-1", "na-south-1", "me-east-1", "me-central-1"),
        *("ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7"),
        *("ap-northeast-1", "ap-northeast-2", "ap-south-1", "us-east-1", "us-west-1", "eu-west-1", "eu-central-1"),
    }
)
NAMED = re.compile(rf"(?<![a-z])(?:{'|'.join(sorted(REGIONS, reverse=True))})(?![a-z0-9-])")


def doubt(region: str) -> str | None:
    """What to say of a region that is not known here; None for one that is."""
    if region in REGIONS:
        return None
    near = get_close_matches(region, sorted(REGIONS), 1)
    return f"{region} is no region that is known here" + (f"; is it {near[0]}?" if near else ".")


def named_in(text: str, *, but: str) -> str | None:
    """The region that a text names, an address of OSS perhaps, beside one that is known already."""
    return next((one for one in NAMED.findall(text) if one != but), None)
