"""Asynchronous invocation of a function of FC 2.0 through aliyun-fc2 (API 2016-08-15). Sent once.

Traps of aliyun-fc2 2.5.2: five connection attempts with back-off of their own, and errors logged with all headers of
the request, the token among them. Both sit in one method, which is done here instead.
"""

from collections.abc import Callable, Mapping
from typing import Any

import fc2
import msgspec
import requests

from ..errors import CloudFault
from ..use_cases.ports import RemainingSeconds
from ..values.cause import Cause
from ..values.notify_target import Function
from .addresses import Addresses, fc_host
from .credentials import Credentials
from .faults import answered, reading, unconnected, unreadable
from .retrying import timeouts

ACCEPTED = 202
BAD_REQUEST = 400


class Fc:
    """The functions of one account and region, in the function's own name."""

    def __init__(
        self,
        credentials: Callable[[], Credentials],
        addresses: Addresses,
        home: tuple[str, str],
        remaining_s: RemainingSeconds,
    ) -> None:
        self._credentials = credentials
        self._host = fc_host(*home)
        self._addresses = addresses
        self._remaining_s = remaining_s

    def invoke(self, function: Function, event: Mapping[str, Any]) -> None:
        """Queue the event for the function. Raises CloudFault where FC does not take it."""
        if function.service is None:
            raise CloudFault(_of_fc3(function))
        now = self._credentials()
        client = _Once(
            endpoint=self._addresses.url(self._host),
            accessKeyID=now.access_key_id,
            accessKeySecret=now.access_key_secret,
            securityToken=now.security_token or "",
        )
        client.timeout = timeouts(self._remaining_s())
        client.trust_env = not self._addresses.no_proxy
        client.invoke_function(
            function.service,
            function.function,
            payload=msgspec.json.encode(event),
            headers={"x-fc-invocation-type": "Async"},
            qualifier=function.qualifier,
        )


class _Once(fc2.Client):  # type: ignore[misc]  # the SDK has no types
    """The SDK's client, signing as it does, that sends once and logs nothing."""

    trust_env = True

    def _do_request(
        self, method: str, path: str, headers: dict[str, str], params: Any = None, body: Any = None
    ) -> requests.Response:
        where = self.host.split("/")[0]
        try:
            with requests.Session() as session:
                session.trust_env = self.trust_env
                answer = session.request(
                    method,
                    self.endpoint + path,
                    headers=headers,
                    params=params,
                    data=body,
                    timeout=self.timeout,
                    allow_redirects=False,
                )
        except (requests.RequestException, OSError) as fault:
            raise unconnected(where, fault) from fault
        if answer.status_code != ACCEPTED:
            raise _fault(where, answer)
        return answer


def _fault(where: str, answer: requests.Response) -> CloudFault:
    if answer.status_code < BAD_REQUEST:
        return unreadable(where, answer.status_code)
    with reading(where):
        said = answer.json()
        cause = Cause(
            code=said["ErrorCode"],
            message=str(said.get("ErrorMessage") or ""),
            request_id=answer.headers.get("X-Fc-Request-Id"),
        )
    return answered(where, answer.status_code, cause)


def _of_fc3(function: Function) -> Cause:
    return Cause(
        code="TargetNotSupported",
        message=f"{function.name} names no service: functions of FC 3.0 are not reached through API 2016-08-15.",
        recommend="Notify an EventBridge bus with a rule whose target is this function.",
    )
