"""What `image-export-maintain` is asked for: an hour's work, a plan of it, one drill, or the end of one. Pure."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, field

from ...errors import AskerFault
from ...values import forms
from ...values.cause import Cause
from ...values.wire import END

TIMERS = frozenset({"triggerTime", "triggerName", "payload"})  # what FC's timer sends (docs/cloud-facts.md#fact-6)
ADVICE = 'The payload may be {"DryRun": true}, {"Drill": "exp-…", "Name": "…"}, {"Cancel": "dri-…"} or nothing.'
Caller = Annotated[str, Meta(pattern=r"^[\x21-\x7e]{1,256}" + END)]


class MaintainOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All left out: the hour's work. `name`: of the policy's entry, where there are several."""

    dry_run: bool = field(name="DryRun", default=False)
    drill: Annotated[str, Meta(pattern=f"^{forms.EXPORT_ID}" + END)] | None = field(name="Drill", default=None)
    name: str | None = field(name="Name", default=None)
    cancel: Annotated[str, Meta(pattern=f"^{forms.DRILL_ID}" + END)] | None = field(name="Cancel", default=None)
    caller: Caller | None = field(name="Caller", default=None)


def read_order(event: bytes) -> MaintainOrder:
    """The order. Raises AskerFault for all that is none: nothing is begun by mistake."""
    tree = _tree(event)
    if tree and tree.keys() <= TIMERS:
        tree = _tree(str(tree.get("payload") or "").encode())
    try:
        order = msgspec.convert(tree, MaintainOrder)
    except msgspec.ValidationError as fault:
        raise _fault(f"{fault}.") from None
    if order.drill and order.cancel:
        raise _fault("Drill and Cancel cannot be asked for together.")
    if order.name and not order.drill:
        raise _fault("Name goes with Drill.")
    return order


def _tree(said: bytes) -> dict[str, Any]:
    try:
        tree = msgspec.json.decode(said) if said.strip() else {}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _fault("The payload is no JSON.") from None
    if not isinstance(tree, dict):
        raise _fault("The payload is no JSON object.")
    return tree


def _fault(message: str) -> AskerFault:
    return AskerFault(Cause(code="InvalidParameter", message=message, recommend=ADVICE))
