"""STS, RAM and EventBridge as the doctor asks them: RPC actions through the core SDK. Reads, and AssumeRole.

GetCallerIdentity and AssumeRole of STS 2015-04-01; GetRole, ListPoliciesForRole and GetPolicyVersion of RAM 2015-05-01.
"""

import json
from datetime import datetime, timezone
from typing import Any, NamedTuple

from aliyunsdkcore.request import CommonRequest

from image_export.edges.aliyun.credentials import Credentials, Session, session_name
from image_export.edges.aliyun.rpc import Rpc
from image_export.edges.faults import reading
from image_export.errors import Refused
from image_export.values.account import AssumedRole

RAM = "ram.aliyuncs.com"
NO_ROLE = "EntityNotExist.Role"
SHORTEST_S = 900


Documents = dict[tuple[str, str, str], dict[str, Any]]
"""Policy documents by name, type and version."""


class Caller(NamedTuple):
    """Who the credentials belong to."""

    account_id: str
    arn: str

    @property
    def principal(self) -> str:
        """How a trust policy names them: a session by its role."""
        head, assumed, rest = self.arn.partition(":assumed-role/")
        return f"{head}:role/{rest.partition('/')[0]}" if assumed else self.arn


class Role(NamedTuple):
    """A RAM role: its trust policy, and the policies that are attached to it."""

    arn: str
    trust: dict[str, Any]
    policies: list[dict[str, Any]]


def caller(rpc: Rpc, region: str) -> Caller:
    """Whose credentials these are. Raises CloudFault."""
    host = f"sts.{region}.aliyuncs.com"
    answer = rpc.call(_request("Sts", "2015-04-01", "GetCallerIdentity", host), host)
    with reading(host):
        return Caller(str(answer["AccountId"]), str(answer["Arn"]))


def assumed(rpc: Rpc, role: AssumedRole, region: str) -> Session:
    """A session of the role, not narrowed, for a quarter of an hour. Raises CloudFault."""
    host = f"sts.{region}.aliyuncs.com"
    given = {"RoleArn": role.role_arn, "RoleSessionName": session_name("doctor"), "DurationSeconds": str(SHORTEST_S)}
    if role.external_id:
        given["ExternalId"] = role.external_id
    answer = rpc.call(_request("Sts", "2015-04-01", "AssumeRole", host, **given), host)
    with reading(host):
        said = answer["Credentials"]
        credentials = Credentials(said["AccessKeyId"], said["AccessKeySecret"], said["SecurityToken"])
        expires_at = datetime.strptime(said["Expiration"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
        return Session(credentials, expires_at)


def role(rpc: Rpc, name: str, documents: Documents) -> Role | None:
    """The role with its policies; None where the account has none of that name. Raises CloudFault.

    Policies that are in `documents` are not asked for again; roles have the same ones.
    """
    try:
        answer = _ram(rpc, "GetRole", RoleName=name)
    except Refused as fault:
        if fault.code == NO_ROLE:
            return None
        raise
    attached = _ram(rpc, "ListPoliciesForRole", RoleName=name)
    with reading(RAM):
        said = answer["Role"]
        named = [
            (one["PolicyName"], one["PolicyType"], one["DefaultVersion"]) for one in attached["Policies"]["Policy"]
        ]
        trust = json.loads(said["AssumeRolePolicyDocument"])
    documents.update({one: _document(rpc, *one) for one in named if one not in documents})
    return Role(said["Arn"], trust, [documents[one] for one in named])


def _document(rpc: Rpc, name: str, kind: str, version: str) -> dict[str, Any]:
    answer = _ram(rpc, "GetPolicyVersion", PolicyName=name, PolicyType=kind, VersionId=version)
    with reading(RAM):
        return dict(json.loads(answer["PolicyVersion"]["PolicyDocument"]))


def _ram(rpc: Rpc, action: str, **parameters: str) -> dict[str, Any]:
    return rpc.call(_request("Ram", "2015-05-01", action, RAM, **parameters), RAM)


def _request(product: str, version: str, action: str, host: str, **parameters: str) -> CommonRequest:
    request = CommonRequest(domain=host, version=version, action_name=action, product=product)
    request.set_method("POST")
    for name, value in parameters.items():
        request.add_query_param(name, value)
    return request
