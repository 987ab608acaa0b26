"""Requests to FC's API 2023-03-30, signed ACS3-HMAC-SHA256 by alibabacloud-openapi-util. Sends nothing.

Paths and headers: package alibabacloud-fc20230330; page "V3 request structure and signature"
(docs/cloud-facts.md#fact-12-2).
"""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timezone
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlencode

from alibabacloud_openapi_util.client import Client as Signer
from Tea.request import TeaRequest

from ..aliyun.credentials import Credentials
from .invocation import Invocation, Signed

ALGORITHM = "ACS3-HMAC-SHA256"


class Request(NamedTuple):
    """A request to the API, before it is signed. `headers`: what it has beside those of every request."""

    method: str
    path: str
    action: str
    query: Mapping[str, str] = MappingProxyType({})
    payload: bytes = b""
    headers: Mapping[str, str] = MappingProxyType({})


def sign(invocation: Invocation) -> Signed:
    """The invocation of a function."""
    function = invocation.function
    request = Request(
        method="POST",
        path=f"/2023-03-30/functions/{function.function}/invocations",
        action="InvokeFunction",
        query={"qualifier": function.qualifier} if function.qualifier else {},
        payload=invocation.payload,
        headers={"content-type": "application/octet-stream", "x-fc-invocation-type": invocation.kind},
    )
    return signed(request, invocation.host, invocation.credentials)


def signed(asked: Request, host: str, now: Credentials) -> Signed:
    """Any request; its x-acs-date is the wall clock's."""
    request, digest = TeaRequest(), hashlib.sha256(asked.payload).hexdigest()
    request.method, request.pathname, request.query = asked.method, asked.path, dict(asked.query)
    request.headers = {
        "host": host,
        "x-acs-action": asked.action,
        "x-acs-version": "2023-03-30",
        "x-acs-date": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": secrets.token_hex(16),
        "x-acs-content-sha256": digest,
        **asked.headers,
        **_token(now),
    }
    signature = Signer.get_authorization(request, ALGORITHM, digest, now.access_key_id, now.access_key_secret)
    path = f"{asked.path}?{urlencode(request.query)}" if request.query else asked.path
    return Signed(path, {**request.headers, "authorization": signature})


def _token(now: Credentials) -> dict[str, str]:
    """What temporary credentials carry beside the signature."""
    if not now.security_token:
        return {}
    return {"x-acs-accesskey-id": now.access_key_id, "x-acs-security-token": now.security_token}
