"""Has a function of FC 3.0 do something, and waits for what came of it. Signs nothing itself.

What is sent means the same when it is sent twice, so it is sent again where nobody knows whether it arrived.
"""

import random
import time
from typing import Any, NamedTuple, TypeVar

import msgspec
import requests

from image_export.edges.aliyun.hosts import Addresses, fc_host
from image_export.edges.faults import answered, quoted, reading, unconnected
from image_export.edges.netrc import as_signed
from image_export.edges.notify.fc3_signing import sign
from image_export.edges.notify.invocation import Invocation
from image_export.edges.retrying import CONNECT_S, Retrying
from image_export.errors import CloudFault, Unanswered
from image_export.values.answer import Answer
from image_export.values.notify_target import Function

from .keys.finding import Keys

LONGEST_S = 620.0  # a little more than the longest time-out of our functions
FAILED = "FunctionFailed"


A = TypeVar("A", bound=msgspec.Struct)


class Entrance(NamedTuple):
    """Who asks, and where: the function of events, unless another is named."""

    keys: Keys
    addresses: Addresses
    home: tuple[str, str]  # account and region
    function: str

    def invoke(self, payload: Any) -> Answer:
        """The function's whole answer. Raises CloudFault as `invoked`."""
        return self.invoked(payload, Answer)

    def invoked(self, payload: Any, kind: type[A]) -> A:
        """The function's whole answer, of that kind.

        Raises CloudFault where FC does not take it, it fails, or nobody answers.
        """
        until_s = time.monotonic() + LONGEST_S
        retrying = Retrying(lambda: until_s - time.monotonic(), sleep=time.sleep, random=random.random)
        body = msgspec.json.encode(payload)
        answer = retrying(lambda: self._post(body))
        where = self.addresses.host(fc_host(*self.home))
        with reading(where):
            said = answer.json()
            if "x-fc-error-type" in answer.headers:
                raise Unanswered(quoted(FAILED, f"{self.function} failed: {said.get('errorMessage')}"))
            return _answer(said, kind)

    def _post(self, body: bytes) -> requests.Response:
        host = fc_host(*self.home)
        where = self.addresses.host(host)
        signed = sign(Invocation(self.keys(), where, Function(function=self.function), body, "Sync"))
        try:
            with requests.Session() as session:
                session.trust_env = not self.addresses.no_proxy
                session.auth = as_signed
                answer = session.post(
                    self.addresses.url(host) + signed.path,
                    data=body,
                    headers=signed.headers,
                    timeout=(CONNECT_S, LONGEST_S),
                    allow_redirects=False,
                )
        except (requests.RequestException, OSError) as fault:
            raise unconnected(where, fault) from fault
        if not answer.ok:
            raise _refused(where, answer)
        return answer


def _refused(where: str, answer: requests.Response) -> CloudFault:
    with reading(where):
        said = answer.json()
        cause = quoted(said["Code"], said.get("Message"), said.get("RequestId"))
    return answered(where, answer.status_code, cause)


def _answer(said: Any, kind: type[A]) -> A:
    """Another version may have answered: what is not known is left out. Raises ValueError for what is no answer."""
    try:
        return msgspec.convert(said, kind)
    except msgspec.ValidationError as fault:
        raise ValueError(str(fault)) from fault
