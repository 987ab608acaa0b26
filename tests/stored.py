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
from image_export.values.arrival import Sighted
from image_export.values.export import Export
from image_export.values.facts import (
    Cancel,
    Claim,
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
    Told,
    Waits,
)
from image_export.values.run import Chosen, Run

STORED: dict[str, Any] = {
    "exports/<export>/requested": Requested,
    "exports/<export>/claim-<attempt>": Claim,
    "exports/<export>/result-<attempt>": Result,
    "exports/<export>/doubt-<attempt>": Doubt,
    "exports/<export>/cancel": Cancel,
    "exports/<export>/stalled": Stalled,
    "exports/<export>/denied": Since,
    "exports/<export>/vanished": Since,
    "exports/<export>/missed": Since,
    "exports/<export>/looked-at": LookedAt,
    "exports/<export>/look-refused": LookRefused,
    "exports/<export>/waits": Waits,
    "exports/<export>/ended": Ended,
    "exports/<export>/told-<event>-<target>": Told,
    "exports/<export>/refused-<event>-<target>": Refusing,
    "open/<export>": Requested,
    "history/<time>/<region>/<image>/<export>": Export,
    "tokens/<token>": TokenUse,
    "tasks/<account>/<region>/<task>": TaskOwner,
    "prefixes/<account>/<bucket>/<image>/<prefix>": PrefixUse,
    "holds/<account>/<region>": Hold,
    "sighted/<image>": Sighted,
    "sighted/late-<parts>": Late,
    "rejected/<digest>/event": Rejection,
    "rejected/<digest>/told-<target>": Told,
    "rejected/<digest>/refused-<target>": Refusing,
    "untold/<event>/told-<event>-<target>": dict[str, Any],
    "ledger/id": LedgerIdentity,
    "nightly/run": Run,
    "nightly/chosen-<run>": Chosen,
}


def drawn() -> dict[str, Any]:
    """The form of each fact, by its key."""
    return {key: _form(inspect.type_info(kind)) for key, kind in {"": Written[Any], **STORED}.items()}


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
