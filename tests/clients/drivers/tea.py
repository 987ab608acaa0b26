"""What the drivers of the newer clients share: a configured client, and calls that the client has no method for."""

from typing import Any

from alibabacloud_tea_openapi import utils_models
from asking import Asked, host
from darabonba.runtime import RuntimeOptions


def config(asked: Asked) -> Any:
    """Where and as whom."""
    return utils_models.Config(
        access_key_id=asked["key_id"],
        access_key_secret=asked["secret"],
        security_token=asked["token"],
        endpoint=host(asked),
        region_id=asked["region"],
        protocol="http",
    )


def unknown_action(client: Any, version: str, style: str = "RPC", pathname: str = "/") -> dict[str, Any]:
    """An action that no service has."""
    params = utils_models.Params(
        action="NoSuchAction",
        version=version,
        protocol="HTTP",
        pathname=pathname,
        method="POST",
        auth_type="AK",
        style=style,
        req_body_type="formData",
        body_type="json",
    )
    return dict(
        client.call_api(params, utils_models.OpenApiRequest(body={"RegionId": "cn-hangzhou"}), RuntimeOptions())
    )


def code_of(fault: Exception) -> str:
    """The cloud's code in an exception of the client."""
    return str(getattr(fault, "code", None) or type(fault).__name__)
