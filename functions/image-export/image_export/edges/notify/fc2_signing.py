"""An invocation by FC's API 2016-08-15, signed by aliyun-fc2. Sends nothing.

The signature covers the body by its MD5 alone, which the SDK's own client leaves out.
"""

import base64
import hashlib
from email.utils import formatdate

from fc2.auth import Auth

from .invocation import Invocation, Signed


def sign(invocation: Invocation) -> Signed:
    """The request; its Date is the wall clock's."""
    function, now = invocation.function, invocation.credentials
    service = f"{function.service}.{function.qualifier}" if function.qualifier else function.service
    path = f"/2016-08-15/services/{service}/functions/{function.function}/invocations"
    headers = {
        "host": invocation.host,
        "date": formatdate(usegmt=True),
        "content-type": "application/json",
        "content-md5": base64.b64encode(hashlib.md5(invocation.payload, usedforsecurity=False).digest()).decode(),
        "x-fc-invocation-type": "Async",
        **({"x-fc-security-token": now.security_token} if now.security_token else {}),
    }
    signer = Auth(now.access_key_id, now.access_key_secret, now.security_token or "")
    return Signed(path, {**headers, "authorization": signer.sign_request("POST", path, headers)})
