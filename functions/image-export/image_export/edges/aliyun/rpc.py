"""One RPC call through the core SDK (ECS, STS, EventBridge): one attempt, our faults. Knows no API.

Traps of aliyun-python-sdk-core 2.16.1: plain HTTP on port 80 by default; the protocol is compared by identity; the
environment's proxy is used for loopback too; ALIYUN_ACCESS_KEY_ID in the environment wins over a credential object; and
the exception behind a failed connection is lost on the way out, so the adapter that sends translates it before the SDK
sees it.
"""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from aliyunsdkcore.acs_exception.error_code import SDK_UNKNOWN_SERVER_ERROR
from aliyunsdkcore.acs_exception.exceptions import ClientException, ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.http import protocol_type
from aliyunsdkcore.request import AcsRequest
from aliyunsdkcore.vendored.requests.adapters import HTTPAdapter
from aliyunsdkcore.vendored.requests.exceptions import RequestException

from ...errors import CloudFault
from ...use_cases.ports import RemainingSeconds
from ..faults import answered, quoted, unanswered, unconnected, unreadable
from ..retrying import timeouts
from .credentials import Credentials
from .hosts import Addresses

POOL = 4
NO_PROXY = {"http": "", "https": ""}  # not empty, or the SDK would look into the environment


class Rpc:
    """A caller with somebody's credentials, asked for at each call. Connections are kept while these stay the same."""

    def __init__(
        self, credentials: Callable[[], Credentials], addresses: Addresses, remaining_s: RemainingSeconds
    ) -> None:
        self._credentials = credentials
        self._addresses = addresses
        self.remaining_s = remaining_s
        self._kept: tuple[Credentials, AcsClient] | None = None

    def call(self, request: AcsRequest, cloud_host: str, *, fresh_connection: bool = False) -> dict[str, Any]:
        """The answer's JSON. Raises Refused, Unreached or Unanswered; `request` cannot be used again.

        A fresh connection cannot be one that went stale while the instance was frozen, which would end in doubt.
        """
        credentials = self._credentials()
        client = self._new_client(credentials) if fresh_connection else self._client(credentials)
        request.set_endpoint(self._addresses.host(cloud_host))
        request.set_protocol_type(protocol_type.HTTPS if self._addresses.https else protocol_type.HTTP)
        connect_s, read_s = timeouts(self.remaining_s())
        request.set_connect_timeout(connect_s)
        request.set_read_timeout(read_s)
        if credentials.security_token:
            request.add_query_param("SecurityToken", credentials.security_token)
        return _send(client, request, cloud_host)

    def _client(self, credentials: Credentials) -> AcsClient:
        kept = self._kept
        if kept is None or kept[0] != credentials:
            kept = self._kept = (credentials, self._new_client(credentials))
        return kept[1]

    def _new_client(self, credentials: Credentials) -> AcsClient:
        client = AcsClient(
            credentials.access_key_id,
            credentials.access_key_secret,
            auto_retry=False,
            port=443 if self._addresses.https else 80,  # neither is put into the URL; the endpoint brings its own
            proxy=NO_PROXY if self._addresses.no_proxy else None,
        )
        client.session.trust_env = False  # a .netrc would add an Authorization header
        client.session.mount("https://", _Translating(pool_maxsize=POOL))
        client.session.mount("http://", _Translating(pool_maxsize=POOL))
        return client


class _Translating(HTTPAdapter):  # type: ignore[misc]  # the SDK's copy of requests has no types
    """Sends once, and says what came of the connection while that is still known."""

    def send(self, request: Any, **options: Any) -> Any:
        """The answer. Raises Unreached or Unanswered, which the SDK lets through."""
        try:
            return super().send(request, **options)
        except (RequestException, OSError) as fault:
            raise unconnected(_where(request.url), fault) from fault


def _send(client: AcsClient, request: AcsRequest, where: str) -> dict[str, Any]:
    try:
        body = client.do_action_with_exception(request)
    except CloudFault:
        raise
    except ServerException as refusal:
        raise _refusal(where, refusal) from refusal
    except ClientException as fault:  # the answer broke off; all that can happen before was translated by the adapter
        raise unanswered(where, "the connection broke off") from fault
    except (LookupError, TypeError, ValueError, AttributeError) as fault:  # the SDK's own reading of an error answer
        raise unreadable(where) from fault
    try:
        return dict(json.loads(body))
    except (TypeError, ValueError) as fault:
        raise unreadable(where) from fault


def _refusal(where: str, refusal: ServerException) -> CloudFault:
    status = int(refusal.http_status or 0)
    if refusal.error_code in (None, "", SDK_UNKNOWN_SERVER_ERROR):
        return unreadable(where, status, refusal.request_id)
    return answered(where, status, quoted(refusal.error_code, refusal.message, refusal.request_id))


def _where(url: str) -> str:
    """The host of a URL, never its query."""
    return urlsplit(url).netloc
