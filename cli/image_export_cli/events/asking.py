"""Has a function of FC 3.0 do something once more, and waits for what came of it. Sent once; signs nothing itself."""

from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn

import msgspec
import requests

from image_export.edges.aliyun.credentials import Credentials
from image_export.edges.aliyun.hosts import Addresses, fc_host
from image_export.edges.faults import answered, reading, unconnected
from image_export.edges.netrc import as_signed
from image_export.edges.notify.fc3_signing import sign
from image_export.edges.notify.invocation import Invocation
from image_export.edges.retrying import CONNECT_S
from image_export.values.cause import Cause
from image_export.values.notify_target import Function

LONGEST_S = 620.0  # a little more than the longest time-out of our functions
GONE_WRONG = frozenset({"Failed", "Cancelled"})


class Entrance(NamedTuple):
    """Who asks, and where: the function of events."""

    credentials: Credentials
    addresses: Addresses
    home: tuple[str, str]  # account and region
    function: str

    def ask(self, name: str) -> "Outcome":
        """Have it done. Raises CloudFault where FC does not take it or nobody answers."""
        host = fc_host(*self.home)
        payload, where = msgspec.json.encode({"Replay": name}), self.addresses.host(host)
        signed = sign(Invocation(self.credentials, where, Function(function=self.function), payload, "Sync"))
        try:
            with requests.Session() as session:
                session.trust_env = not self.addresses.no_proxy
                session.auth = as_signed
                answer = session.post(
                    self.addresses.url(host) + signed.path,
                    data=payload,
                    headers=signed.headers,
                    timeout=(CONNECT_S, LONGEST_S),
                    allow_redirects=False,
                )
        except (requests.RequestException, OSError) as fault:
            raise unconnected(where, fault) from fault
        with reading(where):
            return _outcome(answer) if answer.ok else _raise(where, answer)


class Outcome(NamedTuple):
    """What came of it, in words; `good`: it is done or under way."""

    good: bool
    said: str


def _raise(where: str, answer: requests.Response) -> NoReturn:
    said = answer.json()
    raise answered(where, answer.status_code, Cause(code=said["Code"], message=str(said.get("Message") or "")))


def _outcome(answer: requests.Response) -> Outcome:
    said = answer.json()
    if "x-fc-error-type" in answer.headers:
        return Outcome(good=False, said=f"the function failed: {said.get('errorMessage')}")
    return outcome_of(said)


def outcome_of(said: Mapping[str, Any]) -> Outcome:
    """What an answer of `on_event` says of the one thing that was asked for; another version may have answered."""
    for cause in said["Rejected"]:
        return Outcome(good=False, said=_in_words(cause))
    for export in said["Exports"]:
        after = f": {_in_words(export['Error'])}" if export.get("Error") else ""
        why = f" ({export['Reason']})" if export.get("Reason") and not after else ""
        good = export["Status"] not in GONE_WRONG
        return Outcome(good=good, said=f"{export['ExportId']} is {export['Status']}{why}{after}")
    if said.get("Undecided"):
        return Outcome(good=False, said="the image cannot be seen yet; the watcher looks for it for some minutes")
    because = "; ".join(said.get("IgnoredBecause") or ()) or "the functions' log tells why"
    return Outcome(good=False, said=f"nothing was done: {because}")


def _in_words(cause: Mapping[str, Any]) -> str:
    return f"{cause['Code']}: {cause['Message']} {cause.get('Recommend') or ''}".strip()
