"""What the ledger's objects hold: for each kind of key the type of today, and its form in JSON, drawn.

All but what lies below nights/ and ends with .gz is JSON: that is a record, or rows of one, a line each, compressed.

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
from image_export.values.access import AccessToken
from image_export.values.arrival import Sighted
from image_export.values.drill.drill import Drill
from image_export.values.drill.facts import (
    CleanUp,
    Drilled,
    DrillEnded,
    DrillRequested,
    LevelFact,
    Ran,
    StartClaim,
    StartResult,
)
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
    Pace,
    Pause,
    Progressed,
    Refusing,
    Requested,
    Result,
    Since,
    Stalled,
    Waits,
)
from image_export.values.ledger_keys import Key
from image_export.values.night import LimitedRow, NightFinished, NightRecord, NightRow
from image_export.values.notice import InvalidPolicy, Notice, ValidPolicy
from image_export.values.restore.facts import (
    ImportClaim,
    ImportResult,
    NotedReason,
    NotedSnapshots,
    Outcome,
    RestoreCancel,
    RestoreEnded,
    RestoreRequested,
    TakesArchives,
    UnpackFailed,
)
from image_export.values.restore.restore import Restore
from image_export.values.run import Chosen, Run
from image_export.values.unpack import Unpacked

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
    "exports/<export>/progress": (keys.Progress, Progressed),
    "exports/<export>/looked-at": (keys.LookedAt, LookedAt),
    "exports/<export>/ended": (keys.Ended, Ended),
    "exports/<export>/told-manifest": (keys.Manifest, Delivered),
    "exports/<export>/told-<event>-<target>": (keys.Delivered, Delivered),
    "exports/<export>/refused-<event>-<target>": (keys.Refused, Refusing),
    "open/<export>": (keys.Open, Requested),
    "history/<time>/<region>/<image>/<export>": (keys.History, Export),
    "tokens/<token>": (keys.Token, TokenUse),
    "tokens/<token>-<number>": (keys.NextToken, TokenUse),
    "access/<sha256>": (keys.Access, AccessToken),
    "tasks/<account>/<region>/<task>": (keys.Task, TaskOwner),
    "prefixes/<account>/<bucket>/<image>/<prefix>": (keys.Prefix, PrefixUse),
    "prefixes/<account>/<bucket>/<image>/<prefix>-<number>": (keys.NextPrefix, PrefixUse),
    "holds/<account>/<region>": (keys.Hold, Hold),
    "pace/<account>/<region>": (keys.Pace, Pace),
    "sighted/<image>": (keys.Sighted, Sighted),
    "sighted/late-<parts>": (keys.Late, Late),
    "rejected/<digest>/event": (keys.Rejected, Rejection),
    "rejected/<digest>/told-<target>": (keys.RejectedDelivered, Delivered),
    "rejected/<digest>/refused-<target>": (keys.RejectedRefused, Refusing),
    "untold/<event>/told-<event>-<target>": (keys.Undelivered, dict[str, Any]),
    "ledger/id": (keys.Identity, LedgerIdentity),
    "switches/paused": (keys.Paused, Pause),
    "nightly/run": (keys.Run, Run),
    "nightly/chosen-<run>": (keys.Chosen, Chosen),
    "nights/<date>/<run>.json.gz": (keys.NightRecord, NightRecord),
    "nights/<date>/<run>/<account>/<region>/<pages>.gz": (keys.NightPart, NightRow),
    "nights/<date>/<run>/<account>/<region>/<pages>.open.gz": (keys.NightOpen, LimitedRow),
    "nights/<date>/<run>/finished": (keys.NightFinished, NightFinished),
    "nights/<date>/<run>/told-<event>-<target>": (keys.NightDelivered, Delivered),
    "nights/<date>/<run>/refused-<event>-<target>": (keys.NightRefused, Refusing),
    "notices/<notice>/event": (keys.Notice, Notice),
    "notices/<notice>/told-<event>": (keys.NoticeDelivered, Delivered),
    "notices/<notice>/refused-<event>": (keys.NoticeRefused, Refusing),
    "watcher/policy/<digest>": (keys.ValidPolicy, ValidPolicy),
    "watcher/invalid": (keys.InvalidPolicy, InvalidPolicy),
    "restores/<restore>/requested": (keys.RestoreRequested, RestoreRequested),
    "restores/<restore>/claim-<attempt>": (keys.ImportClaim, ImportClaim),
    "restores/<restore>/result-<attempt>": (keys.ImportResult, ImportResult),
    "restores/<restore>/snapshots-<attempt>": (keys.Snapshots, NotedSnapshots),
    "restores/<restore>/outcome-<attempt>": (keys.Outcome, Outcome),
    "restores/<restore>/discarded-<attempt>": (keys.Discarded, Since),
    "restores/<restore>/unpacking": (keys.Unpacking, Since),
    "restores/<restore>/unpacked-<disk>": (keys.Unpacked, Unpacked),
    "restores/<restore>/unpack-failed": (keys.UnpackFailed, UnpackFailed),
    "restores/<restore>/unpack-refused": (keys.UnpackRefused, LookRefused),
    "restores/<restore>/look-refused": (keys.RestoreLookRefused, LookRefused),
    "restores/<restore>/cancel": (keys.RestoreCancel, RestoreCancel),
    "restores/<restore>/ended": (keys.RestoreEnded, RestoreEnded),
    "restores/<restore>/reason": (keys.RestoreReason, NotedReason),
    "restores/<restore>/swept": (keys.Swept, Since),
    "restores/<restore>/told-<event>-<target>": (keys.RestoreDelivered, Delivered),
    "restores/<restore>/refused-<event>-<target>": (keys.RestoreRefused, Refusing),
    "restore-history/<time>/<restore>": (keys.RestoreHistory, Restore),
    "drills/<drill>/requested": (keys.DrillRequested, DrillRequested),
    "drills/<drill>/level-<number>": (keys.DrillLevel, LevelFact),
    "drills/<drill>/start-<attempt>": (keys.DrillStart, StartClaim),
    "drills/<drill>/started-<attempt>": (keys.DrillStarted, StartResult),
    "drills/<drill>/ran": (keys.DrillRan, Ran),
    "drills/<drill>/cancel": (keys.DrillCancel, Cancel),
    "drills/<drill>/clean-up": (keys.DrillCleanUp, CleanUp),
    "drills/<drill>/cleaned": (keys.DrillCleaned, Since),
    "drills/<drill>/ended": (keys.DrillEnded, DrillEnded),
    "drills/<drill>/told-<event>-<target>": (keys.DrillDelivered, Delivered),
    "drills/<drill>/refused-<event>-<target>": (keys.DrillRefused, Refusing),
    "drill-history/<time>/<drill>": (keys.DrillHistory, Drill),
    "drilled-series/<series>": (keys.DrilledSeries, Drilled),
    "drilled-exports/<export>": (keys.DrilledExport, Drilled),
    "takes-archives/<account>/<region>": (keys.TakesArchives, TakesArchives),
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
