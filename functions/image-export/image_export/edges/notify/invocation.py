"""What is asked of FC, and as its signers leave it: what `fc.py` sends and each of them signs."""

from typing import NamedTuple

from ...values.notify_target import Function
from ..aliyun.credentials import Credentials


class Invocation(NamedTuple):
    """What is to be signed and sent: by whom, where, to whom, with what."""

    credentials: Credentials
    host: str
    function: Function
    payload: bytes
    kind: str = "Async"  # or Sync, which FC 3.0 alone is asked for


class Signed(NamedTuple):
    """A request as the signer leaves it; the path is as it goes into the URL."""

    path: str
    headers: dict[str, str]
