"""Asynchronous invocation of a function of FC 2.0 or 3.0, in the function's own name. Sent once; signs nothing itself.

The two differ in path, signature and error body; who signs is loaded when it is needed. The vendors' clients send by
themselves, repeat and log headers, the token among them, so they sign here and do not send.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import requests
from requests.utils import get_environ_proxies

from ...errors import CloudFault
from ...use_cases.ports import RemainingSeconds
from ...values.notify_target import Function
from ...values.place import Place
from ..aliyun.credentials import Credentials
from ..aliyun.hosts import Addresses, fc_host
from ..faults import answered, quoted, reading, unconnected, unreadable
from ..retrying import timeouts
from .invocation import Invocation, Signed
from .origin import Origin, Sender

ACCEPTED = 202
BAD_REQUEST = 400


def sender(origin: Origin) -> Sender:
    """Invokes functions in our own region."""
    fc = Fc(origin.credentials, origin.addresses, origin.home, origin.remaining_s)
    return lambda function, events, _: fc.invoke(function, *events)


class Fc:
    """The functions of one account and region."""

    def __init__(
        self,
        credentials: Callable[[], Credentials],
        addresses: Addresses,
        home: Place,
        remaining_s: RemainingSeconds,
    ) -> None:
        self._credentials = credentials
        host = fc_host(home.account_id, home.region_id)
        self._url = addresses.url(host)
        self._where = addresses.host(host)
        self._proxies = {} if addresses.no_proxy else get_environ_proxies(self._url)
        self._remaining_s = remaining_s

    def invoke(self, function: Function, event: Mapping[str, Any]) -> None:
        """Queue the event for the function. Raises CloudFault where FC does not take it."""
        payload = msgspec.json.encode(event)
        sign = _signer(function)
        signed = sign(Invocation(self._credentials(), self._where, function, payload))
        answer = self._send(signed, payload)
        if answer.status_code != ACCEPTED:
            raise _fault(self._where, answer)

    def _send(self, signed: Signed, payload: bytes) -> requests.Response:
        try:
            with requests.Session() as session:
                session.trust_env = False  # a .netrc would take the place of the signature
                return session.post(
                    self._url + signed.path,
                    data=payload,
                    headers=signed.headers,
                    proxies=self._proxies,
                    timeout=timeouts(self._remaining_s()),
                    allow_redirects=False,
                )
        except (requests.RequestException, OSError) as fault:
            raise unconnected(self._where, fault) from fault


def _signer(function: Function) -> Callable[[Invocation], Signed]:
    """A function with a service is of FC 2.0, one without is of FC 3.0; neither API reaches the other's."""
    if function.service is not None:
        from .fc2_signing import sign
    else:
        from .fc3_signing import sign
    return sign


def _fault(where: str, answer: requests.Response) -> CloudFault:
    """ErrorCode and ErrorMessage of FC 2.0, Code and Message of FC 3.0."""
    request_id = answer.headers.get("X-Fc-Request-Id")
    if answer.status_code < BAD_REQUEST:
        return unreadable(where, answer.status_code, request_id)
    with reading(where, request_id):
        body = answer.json()
        cause = quoted(
            body["ErrorCode"] if "ErrorCode" in body else body["Code"],
            body.get("ErrorMessage") or body.get("Message"),
            request_id,
        )
    return answered(where, answer.status_code, cause)
