"""The system policies that roles may name here; the cloud has more, and one that is not here is refused.

Sources: RAM pages "AdministratorAccess" and "AliyunSTSAssumeRoleAccess"; ExportImage and ImportImage pages
(what the policies of ECS's roles must hold).
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
IMPORT_ACTIONS = ("oss:GetObject", "oss:GetBucketLocation", "oss:GetBucketInfo")


def allowing(actions: list[str]) -> Mapping[str, Any]:
    """A document that allows these actions on everything."""
    return {"Version": "1", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}


SYSTEM: Mapping[str, Mapping[str, Any]] = {
    ADMINISTRATOR: allowing(["*"]),
    "AliyunECSImageExportRolePolicy": allowing(list(EXPORT_ACTIONS)),
    "AliyunECSImageImportRolePolicy": allowing(list(IMPORT_ACTIONS)),
    "AliyunSTSAssumeRoleAccess": allowing(["sts:AssumeRole"]),
}
