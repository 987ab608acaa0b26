"""Functions of FC 3.0 as they are deployed: API 2023-03-30 (its GetFunction and GetTrigger pages). Reads only."""

import json
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import requests

from image_export.edges.aliyun.hosts import Addresses, fc_host
from image_export.edges.faults import answered, quoted, reading, unconnected
from image_export.edges.netrc import as_signed
from image_export.edges.notify.fc3_signing import Request, signed
from image_export.edges.retrying import timeouts
from image_export.errors import Refused
from image_export.use_cases.ports import RemainingSeconds

from .keys.finding import Keys

NOT_THERE = ("FunctionNotFound", "TriggerNotFound")


class Deployed(NamedTuple):
    """A function as FC has it."""

    handler: str
    runtime: str
    timeout_s: int
    memory_mib: int
    role: str
    layers: tuple[str, ...]
    environment: dict[str, str]


class DeployedTrigger(NamedTuple):
    """A trigger as FC has it. `url` is the address of an HTTP trigger."""

    kind: str
    config: dict[str, Any]
    url: str | None


class Functions:
    """The functions of one account and region."""

    def __init__(self, keys: Keys, addresses: Addresses, home: tuple[str, str], remaining_s: RemainingSeconds) -> None:
        self._keys = keys
        self._host = addresses.host(fc_host(*home))
        self._url = addresses.url(fc_host(*home))
        self._trust_env = not addresses.no_proxy
        self._remaining_s = remaining_s

    def function(self, name: str) -> Deployed | None:
        """None where it is not deployed. Raises CloudFault."""
        said = self._found(f"/2023-03-30/functions/{name}", "GetFunction")
        with reading(self._host):
            return said and Deployed(
                handler=said["handler"],
                runtime=said["runtime"],
                timeout_s=int(said["timeout"]),
                memory_mib=int(said["memorySize"]),
                role=str(said.get("role") or "").rpartition("/")[2],
                layers=tuple(layer["arn"] for layer in said.get("layers") or ()),
                environment={name: str(value) for name, value in (said.get("environmentVariables") or {}).items()},
            )

    def trigger(self, function: str, name: str) -> DeployedTrigger | None:
        """None where it is not deployed. Raises CloudFault."""
        said = self._found(f"/2023-03-30/functions/{function}/triggers/{name}", "GetTrigger")
        with reading(self._host):
            return said and DeployedTrigger(
                kind=said["triggerType"],
                config=json.loads(said["triggerConfig"]),
                url=(said.get("httpTrigger") or {}).get("urlInternet"),
            )

    def health(self, url: str, token: str) -> dict[str, Any]:
        """What `/healthz` of our own HTTP trigger answers without looking at anything. Raises CloudFault."""
        plain, said = f"{url.rstrip('/')}/healthz", {"Authorization": f"Bearer {token}"}
        try:
            return self._get(f"{plain}?Live=true", said)
        except Refused as fault:
            if fault.code != "UnknownParameter":
                raise
            return self._get(plain, said)  # of an older version, which never looks at anything

    def _found(self, path: str, action: str) -> Any:
        try:
            asked = signed(Request("GET", path, action), self._host, self._keys())
            return self._get(self._url + asked.path, asked.headers)
        except Refused as fault:
            if fault.code in NOT_THERE:
                return None
            raise

    def _get(self, url: str, headers: dict[str, str]) -> dict[str, Any]:
        where, limits = urlsplit(url).netloc, timeouts(self._remaining_s())
        try:
            with requests.Session() as session:
                session.trust_env = self._trust_env
                session.auth = as_signed
                answer = session.get(url, headers=headers, timeout=limits, allow_redirects=False)
        except (requests.RequestException, OSError) as fault:
            raise unconnected(where, fault) from fault
        with reading(where):
            body = dict(answer.json())
            if answer.ok:
                return body
            cause = quoted(body["Code"], body.get("Message"), body.get("RequestId"))
        raise answered(where, answer.status_code, cause)
