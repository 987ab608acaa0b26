"""Which versions a process really loads: FC preinstalls older SDKs, and what comes first on the path wins.

Told by where a module is, or would be found, without importing it: a cold start pays for names of files alone.
"""

import os
import re
import sys
from functools import lru_cache
from importlib.machinery import ModuleSpec, PathFinder

from ... import __version__

SHIPPED = {
    "alibabacloud-openapi-util": "alibabacloud_openapi_util",
    "alibabacloud-oss-v2": "alibabacloud_oss_v2",
    "aliyun-fc2": "fc2",
    "aliyun-python-sdk-core": "aliyunsdkcore",
    "aliyun-python-sdk-ecs": "aliyunsdkecs",
    "aliyun-python-sdk-sts": "aliyunsdksts",
    "msgspec": "msgspec",
    "PyYAML": "yaml",
    "structlog": "structlog",
}


def versions() -> dict[str, str]:
    """Distribution to version; `missing` where its module is not there, `unknown` where nothing beside it says."""
    return {"image-export": __version__} | {name: _version(name, module) for name, module in SHIPPED.items()}


def _version(distribution: str, module: str) -> str:
    loaded = sys.modules.get(module)
    spec: ModuleSpec | None = loaded.__spec__ if loaded else PathFinder.find_spec(module)
    if spec is None or spec.origin is None:
        return "missing"
    place = os.path.dirname(spec.origin)
    beside = os.path.dirname(place) if spec.submodule_search_locations else place
    named = {version for name, version in _named_in(beside) if name == _normal(distribution)}
    return " or ".join(sorted(named)) or "unknown"


@lru_cache(maxsize=8)
def _named_in(folder: str) -> tuple[tuple[str, str], ...]:
    """Distributions that have left their name in a folder of modules, as wheels or as eggs do."""
    names = os.listdir(folder)
    found = (re.fullmatch(r"([\w.]+?)-([^-]+)(?:-py[\d.]+)?\.(?:dist|egg)-info", name) for name in names)
    return tuple((_normal(one[1]), one[2]) for one in found if one)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
