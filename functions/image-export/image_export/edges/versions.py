"""Which versions are really loaded: FC preinstalls older SDKs, and what comes first on the path wins."""

SHIPPED = (
    "alibabacloud-oss-v2",
    "aliyun-fc2",
    "aliyun-python-sdk-core",
    "aliyun-python-sdk-ecs",
    "aliyun-python-sdk-sts",
    "msgspec",
    "PyYAML",
    "structlog",
)


def versions() -> dict[str, str]:
    """Distribution to version; `missing` where it is not there."""
    from importlib import metadata  # here, since only `/healthz` asks

    from .. import __version__

    found = {"image-export": __version__}
    for name in SHIPPED:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "missing"
    return found
