"""What the ledger's objects hold: for each kind of key the type of today, and its form in JSON, drawn.

`python -m tests.stored` prints the drawing, which is kept in tests/ledger/format.json. It names no attribute and no
class of Python: these may change, and the form may not.
"""

import json
import sys
from typing import Any

from msgspec import inspect

from image_export.use_cases.entrances.late_parts import Late
from image_export.use_cases.entrances.reject import Rejection
from image_export.use_cases.export.client_token import TokenUse
from image_export.use_cases.export.observe import TaskOwner
from image_export.use_cases.export.verbatim_prefix import PrefixUse
from image_export.use_cases.ledger.fact_store import Written
from image_export.values import ledger_keys as keys
from image_export.values.arrival import Sighted
from image_export.values.export import Export
from image_export.values.facts import (
    Cancel,
    Claim,
    Delivered,
    Doubt,
    Ended,
    Hold,
    LedgerIdentity,
    LookedAt,
    LookRefused,
    Refusing,
    Requested,
    Result,
    Since,
    Stalled,
    Waits,
)
from image_export.values.ledger_keys import Key
from image_export.values.run import Chosen, Run

STORED: dict[str, tuple[type[Key], Any]] = {
    "exports/<export>/requested": (keys.Requested, Requested),
    "exports/<export>/claim-<attempt>": (keys.Claim, Claim),
    "exports/<export>/result-<attempt>": (keys.Result, Result),
    "exports/<export>/doubt-<attempt>": (keys.Doubt, Doubt),
    "exports/<export>/cancel": (keys.Cancel, Cancel),
    "exports/<export>/stalled": (keys.Stalled, Stalled),
    "exports/<export>/denied": (keys.Denied, Since),
    "exports/<export>/vanished": (keys.Vanished, Since),
    "exports/<export>/missed": (keys.Missed, Since),
    "exports/<export>/look-refused": (keys.LookRefused, LookRefused),
    "exports/<export>/waits": (keys.Waits, Waits),
    "exports/<export>/looked-at": (keys.LookedAt, LookedAt),
    "exports/<export>/ended": (keys.Ended, Ended),
    "exports/<export>/told-manifest": (keys.Manifest, Delivered),
    "exports/<export>/told-<event>-<target>": (keys.Delivered, Delivered),
    "exports/<export>/refused-<event>-<target>": (keys.Refused, Refusing),
    "open/<export>": (keys.Open, Requested),
    "history/<time>/<region>/<image>/<export>": (keys.History, Export),
    "tokens/<token>": (keys.Token, TokenUse),
    "tokens/<token>-<number>": (keys.NextToken, TokenUse),
    "tasks/<account>/<region>/<task>": (keys.Task, TaskOwner),
    "prefixes/<account>/<bucket>/<image>/<prefix>": (keys.Prefix, PrefixUse),
    "prefixes/<account>/<bucket>/<image>/<prefix>-<number>": (keys.NextPrefix, PrefixUse),
    "holds/<account>/<region>": (keys.Hold, Hold),
    "sighted/<image>": (keys.Sighted, Sighted),
    "sighted/late-<parts>": (keys.Late, Late),
    "rejected/<digest>/event": (keys.Rejected, Rejection),
    "rejected/<digest>/told-<target>": (keys.RejectedDelivered, Delivered),
    "rejected/<digest>/refused-<target>": (keys.RejectedRefused, Refusing),
    "untold/<event>/told-<event>-<target>": (keys.Undelivered, dict[str, Any]),
    "ledger/id": (keys.Identity, LedgerIdentity),
    "nightly/run": (keys.Run, Run),
    "nightly/chosen-<run>": (keys.Chosen, Chosen),
}


def drawn() -> dict[str, Any]:
    """The form of each fact, by its key."""
    forms = {label: _form(inspect.type_info(kind)) for label, (_key, kind) in STORED.items()}
    return {"": _form(inspect.type_info(Written[Any])), **forms}


def _form(kind: inspect.Type) -> Any:
    """A type as JSON has it: a struct by the names of its fields, with `?` behind those that may be missing."""
    if isinstance(kind, inspect.StructType):
        tag = {str(kind.tag_field): kind.tag} if kind.tag else {}
        return {**tag, **{_name(field): _form(field.type) for field in kind.fields}}
    if isinstance(kind, inspect.UnionType):
        forms = [_form(one) for one in kind.types]
        return " | ".join(forms) if all(isinstance(one, str) for one in forms) else forms
    if isinstance(kind, inspect.VarTupleType):
        return {"[]": _form(kind.item_type)}
    if isinstance(kind, inspect.DictType):
        return {f"<{_form(kind.key_type)}>": _form(kind.value_type)}
    if isinstance(kind, inspect.LiteralType):
        return " | ".join(sorted(map(str, kind.values)))
    return "null" if isinstance(kind, inspect.NoneType) else type(kind).__name__.removesuffix("Type").lower()


def _name(field: inspect.Field) -> str:
    return field.encode_name if field.required else f"{field.encode_name}?"


if __name__ == "__main__":
    sys.stdout.write(json.dumps(drawn(), indent=2) + "\n")
