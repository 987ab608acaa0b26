"""What a person orders by invoking the function: a replay, a restore, or the end of an export or a restore. Pure.

Only an invocation can carry an order: no other envelope is opened for it, and it stands alone.
"""

import re
from typing import Any, NamedTuple

import msgspec

from ...errors import AskerFault
from ...values.cause import Cause
from ...values.forms import EXPORT_ID, RESTORE_ID
from ..strict_json import MARK, NotJsonError, RepeatedKeys, read_bytes
from ..wording import shown

CALLER = re.compile(r"[\x21-\x7e]{1,256}")


class Replay(NamedTuple):
    """Do once more what the name says; it is not checked yet."""

    name: Any


class Cancel(NamedTuple):
    """Call the export off. `caller`: what whoever invokes calls themselves. Neither is checked yet."""

    export_id: Any
    caller: Any = None

    def checked(self) -> "Cancel":
        """The same. Raises AskerFault for what is no ExportId, and for a caller that no log line should hold."""
        if not isinstance(self.export_id, str) or not re.fullmatch(EXPORT_ID, self.export_id):
            message = f"Cancel is {shown(self.export_id)}; it must be an ExportId."
            raise AskerFault(Cause(code="InvalidParameter", message=message, recommend="Look the ExportId up."))
        _check_caller(self.caller)
        return self


class CancelRestore(NamedTuple):
    """Call the restore off. As `Cancel`."""

    restore_id: Any
    caller: Any = None

    def checked(self) -> "CancelRestore":
        """The same. Raises AskerFault for what is no RestoreId, and for a caller that no log line should hold."""
        if not isinstance(self.restore_id, str) or not re.fullmatch(RESTORE_ID, self.restore_id):
            message = f"CancelRestore is {shown(self.restore_id)}; it must be a RestoreId."
            raise AskerFault(Cause(code="InvalidParameter", message=message, recommend="Look the RestoreId up."))
        _check_caller(self.caller)
        return self


class RestoreOrder(NamedTuple):
    """Restore what `fields` say, in the parameters of `POST /restores`. Not checked yet."""

    fields: Any
    caller: Any = None

    def checked(self) -> "RestoreOrder":
        """The same. Raises AskerFault for what is no object, and for a caller that no log line should hold."""
        if not isinstance(self.fields, dict):
            message = f"Restore is {shown(self.fields)}; it must be an object of parameters."
            raise AskerFault(Cause(code="InvalidParameter", message=message))
        if isinstance(self.fields, RepeatedKeys):
            message = f"Given more than once: {', '.join(map(shown, self.fields.repeated))}."
            raise AskerFault(Cause(code="InvalidParameter", message=message))
        _check_caller(self.caller)
        return self


Order = Replay | Cancel | CancelRestore | RestoreOrder


def _check_caller(caller: Any) -> None:
    if caller is not None and not (isinstance(caller, str) and CALLER.fullmatch(caller)):
        message = f"Caller is {shown(caller)}; it must be 1 to 256 printable ASCII characters."
        raise AskerFault(Cause(code="InvalidParameter", message=message, recommend="Correct it, or leave it out."))


def read_order(body: bytes) -> Order | None:
    """The order; None where the event asks for something else."""
    try:
        tree = msgspec.json.decode(body.removeprefix(MARK))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    if not isinstance(tree, dict):
        return None
    if [*tree] == ["Replay"]:
        return Replay(tree["Replay"])
    if "Cancel" in tree and tree.keys() <= {"Cancel", "Caller"}:
        return Cancel(tree["Cancel"], tree.get("Caller"))
    if "CancelRestore" in tree and tree.keys() <= {"CancelRestore", "Caller"}:
        return CancelRestore(tree["CancelRestore"], tree.get("Caller"))
    return _restore(body) if "Restore" in tree and tree.keys() <= {"Restore", "Caller"} else None


def _restore(body: bytes) -> RestoreOrder | None:
    """With what stands twice in it remembered: nobody can say which of the two is meant."""
    try:
        tree = read_bytes(body)
    except NotJsonError:
        return None
    return RestoreOrder(tree if isinstance(tree, RepeatedKeys) else tree["Restore"], tree.get("Caller"))
