"""Asks the function that unpacks: an asynchronous invocation in the function's own name and region."""

from collections.abc import Callable

from ...use_cases.ports import RemainingSeconds
from ...values.notify_target import Function
from ...values.place import Place
from ..aliyun.credentials import Credentials
from ..aliyun.hosts import Addresses
from .fc import Fc

FUNCTION = Function(function="image-export-unpack")


class FcUnpacker:
    """Fits `use_cases.restore.ports.Unpacker`."""

    def __init__(
        self,
        credentials: Callable[[], Credentials],
        addresses: Addresses,
        home: Place,
        remaining_s: RemainingSeconds,
    ) -> None:
        self._fc = Fc(credentials, addresses, home, remaining_s)

    def start(self, restore_id: str) -> None:
        """Queue it. FC may invoke twice, and the work is the same then."""
        self._fc.invoke(FUNCTION, {"RestoreId": restore_id})
