"""A timer trigger's event: its time names the run, its payload is a text (docs/cloud-facts.md#fact-6-6). Pure.

What asks for a night is nothing, or a JSON object of known names. All else is refused: whoever wrote `DryRun` or
`dryrun=true` wanted to see a plan, and a night that starts all the same cannot be taken back.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import msgspec

from ...errors import AskerFault
from ...values.cause import Cause
from ..strict_json import RepeatedKeys, read_json
from ..wording import printable, shown, suggestion

KNOWN = ("DryRun",)
TRIGGERS_OWN = ("triggerTime", "triggerName", "payload")  # names that FC gives a timer's event
OLDEST = timedelta(hours=6)  # s.yaml: maxAsyncEventAgeInSeconds of image-export-nightly; FC delivers nothing older


class Timer(msgspec.Struct, frozen=True, kw_only=True):
    """Which run it is; an event that is repeated names the same one. `at`: the trigger's time, where it is one."""

    run_id: str | None = None
    at: datetime | None = None
    dry_run: bool = False

    def named(self, now: datetime, request_id: str) -> str:
        """What the run is called. A time that is older than FC delivers was sent by hand: no name for a new run."""
        if self.run_id is None or (self.at and now - self.at > OLDEST):
            return request_id
        return self.run_id


def read_timer(event: bytes) -> Timer:
    """The timer's event, or the payload alone as somebody sends it by hand. Raises AskerFault 400 for an odd one."""
    tree = _object(event)
    if "triggerTime" not in tree:
        return Timer(dry_run=_dry_run(tree))
    _refuse_misplaced(tree)
    named = printable(str(tree["triggerTime"]))[:64]
    return Timer(run_id=named, at=_time(named), dry_run=_dry_run(_object(tree.get("payload"))))


def _dry_run(payload: Mapping[str, Any]) -> bool:
    for name, value in payload.items():
        if name not in KNOWN:
            raise _fault("UnknownParameter", f"{shown(name)} is not a parameter; {suggestion(name, KNOWN)}")
        if not isinstance(value, bool):
            raise _fault("InvalidParameter", f"{name} is {shown(value)}; it must be true or false.")
    return bool(payload.get("DryRun"))


def _refuse_misplaced(tree: Mapping[str, Any]) -> None:
    """Names beside the trigger's own that read like one of ours. FC may add others one day."""
    ours = {_letters(name): name for name in (*TRIGGERS_OWN, *KNOWN)}
    for name in tree:
        right = ours.get(_letters(name))
        if right in KNOWN:
            raise _fault("UnknownParameter", f"{shown(name)} stands beside the payload; {right} belongs inside it.")
        if right and name != right:
            raise _fault("UnknownParameter", f"{shown(name)} is not a parameter; did you mean {right}?")


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name)).casefold()


def _object(said: Any) -> Mapping[str, Any]:
    """The JSON object that was said; an empty one where nothing was. Raises AskerFault for all else."""
    tree = said
    if isinstance(said, bytes | str):
        text = said.decode(errors="replace") if isinstance(said, bytes) else said
        tree = _json(text) if text.strip() else {}
    if isinstance(tree, RepeatedKeys):
        raise _fault("InvalidParameter", f"Given twice: {', '.join(map(shown, tree.repeated))}.")
    if not isinstance(tree, dict | None):
        raise _fault("InvalidParameter", f"The payload is {shown(said)}; it must be a JSON object, or nothing.")
    return tree or {}


def _json(text: str) -> Any:
    """What the text says, or the text itself where it is no JSON."""
    try:
        tree = read_json(text)
    except (ValueError, RecursionError):
        return text
    return text if tree is None else tree


def _time(named: str) -> datetime | None:
    """The time that a run is named by; None where somebody has named it otherwise."""
    try:
        at = msgspec.convert(named, datetime)
    except msgspec.ValidationError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=timezone.utc)


def _fault(code: str, message: str) -> AskerFault:
    advice = 'The payload may be {"DryRun": true}, or nothing.'
    return AskerFault(Cause(code=code, message=message, recommend=advice))
