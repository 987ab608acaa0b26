"""Where each service is reached: the cloud's own hosts over HTTPS, or one endpoint for all. Opens no connection.

Hosts: endpoint pages of the services and the SDKs' endpoint maps
(docs/cloud-facts.md#fact-5, #fact-8, #fact-9, #fact-12-1).
"""

from typing import NamedTuple
from urllib.parse import urlsplit


class Addresses(NamedTuple):
    """`endpoint` is the setting IMAGE_EXPORT_ENDPOINT, already valid: a URL without a path, or None for the cloud."""

    endpoint: str | None = None

    @property
    def https(self) -> bool:
        """Plain HTTP is for a loopback endpoint alone (the settings refuse any other)."""
        return self.endpoint is None or urlsplit(self.endpoint).scheme != "http"

    def host(self, cloud_host: str) -> str:
        """Where to send what is meant for a host of the cloud, with a port where it is not the scheme's own."""
        return urlsplit(self.endpoint).netloc if self.endpoint else cloud_host

    def url(self, cloud_host: str) -> str:
        """The same as a URL."""
        return self.endpoint.rstrip("/") if self.endpoint else f"https://{cloud_host}"

    @property
    def no_proxy(self) -> bool:
        """A loopback endpoint is never asked through the environment's proxy."""
        return not self.https


def eventbridge_host(region_id: str) -> str:
    """The management endpoint, which serves the RPC action PutEvents."""
    return f"eventbridge-console.{region_id}.aliyuncs.com"


def fc_host(account_id: str, region_id: str) -> str:
    """API 2016-08-15 of an account."""
    return f"{account_id}.{region_id}.fc.aliyuncs.com"


def oss_host(region_id: str) -> str:
    """The public endpoint: a function watches buckets of other regions too."""
    return f"oss-{region_id}.aliyuncs.com"
