"""A CloudEvent as cards read it. Any field may be missing, since large events drop some. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from .words import FACTS, KINDS, MINUTES, UNKNOWN, Kind, Said

TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2})(:[0-9]{2})?(?:\.[0-9]+)?Z")
SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")  # a shell takes it as it is
LARGEST = 10**18
# Control characters, and those that turn the direction of what follows.
GONE = dict.fromkeys([*range(32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]) | {9: " "}


def plain(value: Any) -> str:
    """One line of text; a time as people read it; empty where it is neither text nor a number of sensible size."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST:
        return str(value)
    if not isinstance(value, str):
        return ""
    if found := TIME.fullmatch(value):
        return f"{found[1]} {found[2]}{found[3] or ''} UTC"
    if value.isprintable():
        return value.strip()
    text = " ".join(value.splitlines()).translate(GONE).strip()
    return text.encode(errors="replace").decode()  # JSON allows lone surrogates, UTF-8 does not


class Seen(NamedTuple):
    """What cards say of an event. `message`: of the cause, or all warnings."""

    type: str  # `Night:Warned` where a night has warnings
    name: Said  # what it is about, as titles have it
    code: str
    message: str
    recommend: str
    warnings: tuple[str, ...]
    fields: Mapping[str, Any]

    @property
    def kind(self) -> Kind:
        """How it is shown: plainly where nobody has met it yet."""
        return KINDS.get(self.type) or Kind("plain", Said(self.type, self.type), UNKNOWN)

    def facts(self) -> Iterator[tuple[Said, str]]:
        """Label and value of what the event holds."""
        name, image = plain(self.fields.get("ImageName")), plain(self.fields.get("ImageId"))
        objects = self.fields.get("Objects")
        made = {
            "Image": f"{name} ({image})" if name and image else name or image,
            "Cause": ": ".join(filter(None, (self.code, self.message))) if not self.warnings else "",
            "LastSuccess": self.fields.get("Since") if self.type == "Watcher:Overdue" else "",
            "Objects": len(objects) if isinstance(objects, list | tuple) else 0,
        }
        for field, label in FACTS.items():
            if value := plain(made.get(field, self.fields.get(field)) or None):
                yield label, value


def seen(event: Mapping[str, Any]) -> Seen:
    """The event, whatever stands in its fields. Of a type that nobody has met yet, nothing is known of its data."""
    kind = plain(event.get("type")).removeprefix("imageexport:") or "image-export"
    data = _mapping(event.get("data")) if kind in KINDS else {}
    error, warnings = _mapping(data.get("Error")), data.get("Warnings")
    lines = tuple(filter(None, map(plain, warnings))) if isinstance(warnings, list | tuple) else ()
    reason = data.get("Reason") if kind == "Export:Stalled" and data.get("Reason") != "Stalled" else ""
    own = {"RequestId": error.get("RequestId"), "Time": event.get("time"), "Event": event.get("id")}
    return Seen(
        type="Night:Warned" if lines and kind == "Night:Finished" else kind,
        name=_overdue(data) if kind == "Watcher:Overdue" else _name(event, data),
        code=plain(error.get("Code") or reason),
        message=plain(error.get("Message")) or "; ".join(lines),
        recommend=plain(error.get("Recommend")),
        warnings=lines,
        fields={**data, **_mapping(data.get("Counts")), **own},
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _overdue(data: Mapping[str, Any]) -> Said:
    minutes = plain(data.get("Minutes"))
    return Said(*(text.format(count=minutes) for text in MINUTES)) if minutes else Said("", "")


def _name(event: Mapping[str, Any], data: Mapping[str, Any]) -> Said:
    rejected = plain(event.get("id"))[:21] if "Sha256" in data else ""  # so much names it to `image-export events`
    ids = (data.get("ImageName"), data.get("ImageId"), data.get("ExportId"), data.get("RunId"), rejected)
    name = next(filter(None, map(plain, (*ids, event.get("subject")))), "")
    return Said(name, name)


def commands(templates: Iterable[str], about: Sequence[Seen]) -> Iterator[str]:
    """The commands about these events, but none that needs a field which they lack. Times are the earliest."""
    fields = {
        "export": _safe(about[0].fields.get("ExportId")),
        "restore": _safe(about[0].fields.get("RestoreId")),
        "drill": _safe(about[0].fields.get("DrillId")),
        "event": _safe(about[0].fields.get("Event")),
        "requested": _earliest(one.fields.get("RequestedAt") for one in about),
        "happened": _earliest(one.fields.get("Time") for one in about),
        "began": _earliest(one.fields.get("BeganAt") for one in about),
    }
    known = {name: value for name, value in fields.items() if value}
    for template in templates:
        with suppress(KeyError):
            yield template.format_map(known)


def _safe(value: Any) -> str:
    return value if isinstance(value, str) and SAFE.fullmatch(value) else ""


def _earliest(values: Iterable[Any]) -> str:
    """To the minute before, so that nothing is left out."""
    found = filter(None, (TIME.fullmatch(value) for value in values if isinstance(value, str)))
    return min((f"{one[1]}T{one[2]}Z" for one in found), default="")
