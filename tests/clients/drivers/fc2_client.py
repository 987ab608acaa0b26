"""aliyun-fc2, API 2016-08-15."""

import base64
import hashlib
from typing import Any

import fc2
from asking import Asked, body_of, serve


def client(asked: Asked) -> Any:
    """Where and as whom."""
    return fc2.Client(
        endpoint=asked["endpoint"],
        accessKeyID=asked["key_id"],
        accessKeySecret=asked["secret"],
        securityToken=asked["token"] or "",
    )


def invoke(asked: Asked) -> dict[str, Any]:
    """Queued, so that there is nothing to read but the request's id."""
    params, headers = asked["params"], {"x-fc-invocation-type": "Async"}
    if "Signed" in params:
        digest = hashlib.md5(params["Signed"].encode(), usedforsecurity=False).digest()
        headers["content-md5"] = base64.b64encode(digest).decode()
    answer = client(asked).invoke_function(params["Service"], params.get("Function", ""), body_of(asked), headers)
    return {"Body": answer.data.decode(), "RequestId": bool(answer.headers.get("X-Fc-Request-Id"))}


def unknown(asked: Asked) -> dict[str, Any]:
    """A service where the path wants something that FC does not have."""
    return dict(client(asked).get_service("images/nonsense").data)


def code_of(fault: Exception) -> str:
    """The cloud's code in an exception of the client."""
    return str(getattr(fault, "err_code", None) or type(fault).__name__)


if __name__ == "__main__":
    serve({"InvokeFunction": invoke, "NoSuchAction": unknown}, code_of)
