"""alibabacloud-sts20150401, signing with ACS3-HMAC-SHA256."""

from typing import Any

import tea
from alibabacloud_sts20150401 import models
from alibabacloud_sts20150401.client import Client
from asking import Asked, serve


def assume_role(asked: Asked) -> dict[str, Any]:
    """The session."""
    body = Client(tea.config(asked)).assume_role(models.AssumeRoleRequest().from_map(asked["params"])).body
    keys = body.credentials
    return {
        "Keys": all((keys.access_key_id, keys.access_key_secret, keys.security_token, keys.expiration)),
        "Arn": body.assumed_role_user.arn,
    }


def unknown(asked: Asked) -> dict[str, Any]:
    """An action that STS does not have."""
    return tea.unknown_action(Client(tea.config(asked)), "2015-04-01")


if __name__ == "__main__":
    serve({"AssumeRole": assume_role, "NoSuchAction": unknown}, tea.code_of)
