"""The system policies that roles may name here; the cloud has more, and one that is not here is refused.

Sources: RAM pages "AdministratorAccess" and "AliyunSTSAssumeRoleAccess"; ExportImage page (what the policy of ECS's
role must hold).
"""

from collections.abc import Mapping
from typing import Any

ADMINISTRATOR = "AdministratorAccess"
EXPORT_ACTIONS = (
    "oss:GetObject",
    "oss:PutObject",
    "oss:DeleteObject",
    "oss:GetBucketLocation",
    "oss:GetBucketInfo",
    "oss:AbortMultipartUpload",
    "oss:ListMultipartUploads",
    "oss:ListParts",
)


def allowing(actions: list[str]) -> Mapping[str, Any]:
    """A document that allows these actions on everything."""
    return {"Version": "1", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}


SYSTEM: Mapping[str, Mapping[str, Any]] = {
    ADMINISTRATOR: allowing(["*"]),
    "AliyunECSImageExportRolePolicy": allowing(list(EXPORT_ACTIONS)),
    "AliyunSTSAssumeRoleAccess": allowing(["sts:AssumeRole"]),
}
