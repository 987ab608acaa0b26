"""Whose name calls are made in: the function's own credentials, and roles that it assumes through STS.

Speaks to STS through `rpc.py`, loaded at the first AssumeRole (docs/cloud-facts.md#fact-5).
"""

import json
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

import msgspec

from ...errors import OurFault
from ...values.account import AssumedRole
from ...values.cause import Cause
from ...values.place import Scope
from ..faults import reading
from ..runtime.redaction import KNOWN

BEFORE_EXPIRY = timedelta(minutes=5)
DURATION = timedelta(seconds=3600)
SESSION_NAME_MAX = 32  # 64 today, 32 in 2021


class Credentials(msgspec.Struct, frozen=True):
    """A key pair and, where it is temporary, its token. Shows nothing of itself, and from now on nothing else does."""

    access_key_id: str
    access_key_secret: str
    security_token: str | None = None

    def __post_init__(self) -> None:
        KNOWN.keep(self.access_key_secret, self.security_token)

    def __repr__(self) -> str:
        return f"Credentials(…{self.access_key_id[-4:]})"


class Session(NamedTuple):
    """Credentials of an assumed role and when they end."""

    credentials: Credentials
    expires_at: datetime


def base_credentials(context: Any, environ: Mapping[str, str]) -> Credentials:
    """The function's own: `context.credentials` where the runtime has them (not python3.12), else ALIBABA_CLOUD_*.

    Raises OurFault `CredentialsMissing`.
    """
    held = getattr(context, "credentials", None)
    found = _credentials(
        getattr(held, name, None) for name in ("access_key_id", "access_key_secret", "security_token")
    ) or _credentials(
        environ.get(f"ALIBABA_CLOUD_{name}") for name in ("ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "SECURITY_TOKEN")
    )
    if found is None:
        raise OurFault(
            Cause(
                code="CredentialsMissing",
                message="Neither context.credentials nor ALIBABA_CLOUD_ACCESS_KEY_ID and _SECRET hold credentials.",
                recommend="Give the function a role (`role` in s.yaml).",
            )
        )
    return found


def session_policy(account_id: str, region_id: str, bucket: str) -> str:
    """What an export of that account and region needs, of 2,048 characters at most (docs/cloud-facts.md#fact-14-7)."""
    images = f"acs:ecs:{region_id}:{account_id}:image/*"
    statements = [
        _allow(["ecs:ExportImage", "ecs:DescribeImages"], [images]),
        _allow(["ecs:DescribeTasks", "ecs:DescribeTaskAttribute", "ecs:CancelTask"], ["*"]),
    ]
    if bucket:
        statements.append(_allow(["oss:GetObject"], [f"acs:oss:*:*:{bucket}/*"]))
        statements.append(_allow(["oss:PutObject"], [f"acs:oss:*:*:{bucket}/*.manifest.json"]))
        statements.append(_allow(["oss:ListObjects"], [f"acs:oss:*:*:{bucket}"]))
    return _document(statements)


def restore_policy(account_id: str, region_id: str, bucket: str) -> str:
    """The same for a restore: it makes images and deletes its own, and unpacks beside the objects."""
    return _document(restore_rights(account_id, region_id, bucket))


def drill_policy(account_id: str, region_id: str, bucket: str) -> str:
    """The same for what a drill does beside its restore: it starts, hears and deletes an instance, and keeps evidence.

    Which types, networks and tags these may have is said by the role itself.
    """
    return _document(drill_rights(account_id, region_id, bucket))


def _document(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "1", "Statement": statements}, separators=(",", ":"))


def restore_rights(account_id: str, region_id: str, bucket: str) -> list[dict[str, Any]]:
    """Of a restore: images, their snapshots and tasks, and what is unpacked."""
    images, unpacked = f"acs:ecs:{region_id}:{account_id}:image/*", f"acs:oss:*:*:{bucket}/image-export-restore/*"
    return [
        _allow([f"ecs:{one}" for one in OF_IMAGES], [images]),
        _allow(["ecs:CopyImage"], [f"acs:ecs:*:{account_id}:image/*"]),  # whether judged by its source, none says
        _allow(["ecs:DeleteSnapshot"], [f"acs:ecs:{region_id}:{account_id}:snapshot/*"]),
        _allow(["ecs:DescribeTaskAttribute", "ecs:CancelTask"], ["*"]),
        _allow(["oss:GetObject"], [f"acs:oss:*:*:{bucket}/*"]),
        _allow(["oss:PutObject", "oss:DeleteObject", "oss:AbortMultipartUpload", "oss:ListParts"], [unpacked]),
        _allow(["oss:ListObjects", "oss:ListMultipartUploads"], [f"acs:oss:*:*:{bucket}"]),
    ]


def drill_rights(account_id: str, region_id: str, bucket: str) -> list[dict[str, Any]]:
    """Of a drill beside that: instances, and the evidence beside the manifest."""
    instances = f"acs:ecs:{region_id}:{account_id}:instance/*"
    return [
        _allow(["ecs:RunInstances"], ["*"]),
        _allow([f"ecs:{one}" for one in OF_INSTANCES], [instances]),
        _allow(["ecs:DescribeInvocationResults"], [f"acs:ecs:{region_id}:{account_id}:command/*", instances]),
        *evidence_rights(account_id, region_id, bucket),
    ]


def evidence_rights(_account_id: str, _region_id: str, bucket: str) -> list[dict[str, Any]]:
    """Of a drill that starts nothing: what it has seen is written beside the manifest."""
    return [_allow(["oss:PutObject"], [f"acs:oss:*:*:{bucket}/*.drill-*.json"])]


OF_IMAGES = ("ImportImage", "DescribeImages", "ModifyImageAttribute", "DeleteImage")
OF_INSTANCES = (
    *("DescribeInstances", "DeleteInstance", "GetInstanceConsoleOutput", "DescribeCloudAssistantStatus"),
    "RunCommand",
)


class RoleSessions:
    """Sessions of assumed roles, each fetched once however many threads ask, until five minutes before it ends.

    `assume` is one AssumeRole with whatever retries it deserves; `now` is the local clock, in UTC.
    """

    def __init__(self, assume: Callable[[Scope], Session], now: Callable[[], datetime]) -> None:
        self._assume = assume
        self._now = now
        self._sessions: dict[Scope, tuple[Session, datetime]] = {}
        self._locks: defaultdict[Scope, threading.Lock] = defaultdict(threading.Lock)
        self._guard = threading.Lock()

    def credentials(self, scope: Scope) -> Credentials:
        """Cached or fetched. Raises what `assume` raises."""
        with self._guard:
            lock = self._locks[scope]
        with lock:
            held = self._sessions.get(scope)
            if held is None or self._now() >= held[1]:
                session = self._assume(scope)
                # Whichever comes first, in case that the local clock is behind the cloud's
                fresh_until = min(session.expires_at, self._now() + DURATION) - BEFORE_EXPIRY
                held = self._sessions[scope] = (session, fresh_until)
            return held[0].credentials

    def forget(self, role: AssumedRole, region_id: str) -> None:
        """Fetch anew at the next call: the cloud called them expired or unknown."""
        for scope in [one for one in list(self._sessions) if (one.role, one.region_id) == (role, region_id)]:
            self._sessions.pop(scope, None)


def assume_role(rpc: Any, scope: Scope, policy: Callable[[str, str, str], str] = session_policy) -> Session:
    """One AssumeRole, narrowed by the policy. Raises Refused (NoPermission, EntityNotExist.Role …), or no answer."""
    from aliyunsdksts.endpoint import endpoint_data
    from aliyunsdksts.request.v20150401.AssumeRoleRequest import AssumeRoleRequest

    request = AssumeRoleRequest()
    request.set_RoleArn(scope.role.role_arn)
    request.set_RoleSessionName(session_name(scope.region_id))
    request.set_DurationSeconds(int(DURATION.total_seconds()))
    request.set_Policy(policy(scope.role.account_id, scope.region_id, scope.bucket))
    if scope.role.external_id:
        request.set_ExternalId(scope.role.external_id)
    host = endpoint_data.getEndpointMap().get(scope.region_id) or f"sts.{scope.region_id}.aliyuncs.com"
    answer = rpc.call(request, host)
    with reading(host):
        said = answer["Credentials"]
        credentials = Credentials(said["AccessKeyId"], said["AccessKeySecret"], said["SecurityToken"])
        expires_at = datetime.strptime(said["Expiration"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
        return Session(credentials, expires_at)


def session_name(region_id: str) -> str:
    """What stands in the account's ActionTrail for our calls: 2 to 32 letters, digits and `. @ - _`."""
    return re.sub(r"[^A-Za-z0-9.@_-]", "-", f"image-export-{region_id}")[:SESSION_NAME_MAX]


def _credentials(parts: Any) -> Credentials | None:
    key_id, secret, token = parts
    return Credentials(key_id, secret, token or None) if key_id and secret else None


def _allow(actions: list[str], resources: list[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources}
