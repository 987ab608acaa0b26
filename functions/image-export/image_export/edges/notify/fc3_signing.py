"""An invocation by FC's API 2023-03-30, signed ACS3-HMAC-SHA256 by alibabacloud-openapi-util. Sends nothing.

Paths and headers: package alibabacloud-fc20230330; page "V3 request structure and signature"
(docs/cloud-facts.md#fact-12-2).
"""

import hashlib
import secrets
from datetime import datetime, timezone
from urllib.parse import urlencode

from alibabacloud_openapi_util.client import Client as Signer
from Tea.request import TeaRequest

from ..aliyun.credentials import Credentials
from .invocation import Invocation, Signed

ALGORITHM = "ACS3-HMAC-SHA256"


def sign(invocation: Invocation) -> Signed:
    """The request; its x-acs-date is the wall clock's."""
    function, now = invocation.function, invocation.credentials
    request, digest = TeaRequest(), hashlib.sha256(invocation.payload).hexdigest()
    request.method = "POST"
    request.pathname = f"/2023-03-30/functions/{function.function}/invocations"
    request.query = {"qualifier": function.qualifier} if function.qualifier else {}
    request.headers = {
        "host": invocation.host,
        "content-type": "application/octet-stream",
        "x-acs-action": "InvokeFunction",
        "x-acs-version": "2023-03-30",
        "x-acs-date": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": secrets.token_hex(16),
        "x-acs-content-sha256": digest,
        "x-fc-invocation-type": invocation.kind,
        **_token(now),
    }
    signature = Signer.get_authorization(request, ALGORITHM, digest, now.access_key_id, now.access_key_secret)
    path = f"{request.pathname}?{urlencode(request.query)}" if request.query else request.pathname
    return Signed(path, {**request.headers, "authorization": signature})


def _token(now: Credentials) -> dict[str, str]:
    """What temporary credentials carry beside the signature."""
    if not now.security_token:
        return {}
    return {"x-acs-accesskey-id": now.access_key_id, "x-acs-security-token": now.security_token}
