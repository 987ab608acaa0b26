"""A timer trigger's event: its time names the run, its payload is a string that may hold JSON (facts §6.6). Pure."""

import json
from typing import Any

import msgspec

from ..errors import AskerFault
from ..values.cause import Cause
from .advice import meant, printable, shown

KNOWN = ("DryRun",)


class Timer(msgspec.Struct, frozen=True, kw_only=True):
    """Which run it is; an event that is repeated names the same one."""

    run_id: str | None = None
    dry_run: bool = False


def read_timer(event: bytes) -> Timer:
    """The timer's event, or the payload alone as somebody sends it by hand. Raises AskerFault 400 for an odd one."""
    tree = _json(event)
    named = isinstance(tree, dict) and "triggerTime" in tree
    payload = _payload(str(tree.get("payload") or "")) if named else _asked(event, tree)
    for name, value in payload.items():
        if name not in KNOWN:
            raise _fault("UnknownParameter", f"{shown(name)} is not a parameter; {meant(name, KNOWN)}")
        if not isinstance(value, bool):
            raise _fault("InvalidParameter", f"{name} is {shown(value)}; it must be true or false.")
    return Timer(
        run_id=printable(str(tree["triggerTime"]))[:64] if named else None, dry_run=bool(payload.get("DryRun"))
    )


def _payload(text: str) -> dict[str, Any]:
    """A trigger's: nothing, JSON, or a word for people, as the sample of the documents has it."""
    tree = _json(text)
    if not isinstance(tree, dict) and "{" in text:
        raise _no_object(text)  # taken for a word, it would start a night that was meant to be shown only
    return tree if isinstance(tree, dict) else {}


def _asked(event: bytes, tree: Any) -> dict[str, Any]:
    """Somebody's own: nothing, or an object."""
    if event.strip() and not isinstance(tree, dict):
        raise _no_object(event.decode(errors="replace"))
    return tree or {}


def _no_object(text: str) -> AskerFault:
    return _fault("InvalidParameter", f"The payload is {shown(text)}; it must be a JSON object, or nothing.")


def _json(text: bytes | str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _fault(code: str, message: str) -> AskerFault:
    advice = 'The payload may be {"DryRun": true}.'
    return AskerFault(Cause(code=code, message=message, recommend=advice))
