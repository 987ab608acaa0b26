"""A plan as a table that grows, with what would start at its end, or as one document."""

import re
from collections.abc import Iterator

from image_export.decisions.policy.doubts import hard_to_restore
from image_export.values.policy import When

from ..answers.plan import PlannedImage, PlannedPlace, Target
from ..deployed import Deployed, say
from ..deployment.files import many
from ..exit_codes import ExitCode, worst
from ..options import Output
from ..tables import Column, middle, show_json, show_table, show_text
from .filters import Filters
from .planning import Planning
from .sources import Sources

CHANGES = {"new": "+", "gone": "-", "other": "~", None: " "}
NO_RULE = re.compile(r"^no rule for [a-z-]+ matches image '[^']*': ")
STYLES = {"new": "green", "gone": "red", "other": "yellow", None: ""}


def show(deployed: Deployed, sources: Sources, when: When, filters: Filters, output: Output) -> ExitCode:
    """All of it, on stdout, as it comes; what could not be read is said on stderr. Raises LedgerFault."""
    planning = Planning(deployed, sources, when, filters)
    if not sources.judged:
        _say_formats(sources, when, filters)
    if output == "json":
        show_json({"Policy": sources.name, "When": when}, "Images", planning.rows(), lambda: _totals(planning))
    else:
        show_table(_columns(sources), planning.rows())
        for line in _summary(planning):
            show_text(line)
    wanted, faults = any(one.wanted for one in planning.places), any(one.fault for one in planning.places)
    return worst([ExitCode.NO] * wanted + [ExitCode.UNKNOWN] * faults)


def _say_formats(sources: Sources, when: When, filters: Filters) -> None:
    """On stderr, once for each rule that is meant and whose exports are hard to restore."""
    for rule, why in hard_to_restore(sources.policy, when):
        if not filters.rules or rule.name in filters.rules:
            say(f"Rule {rule.name}: {why}.")


def _totals(planning: Planning) -> dict[str, object]:
    places = planning.places
    return {
        "Places": places,
        "Wanted": sum(one.wanted for one in places),
        "SizeGib": sum(one.size_gib for one in places),
        "Changes": planning.changes,
    }


def _columns(sources: Sources) -> list[Column]:
    marks = [Column("", lambda row: CHANGES[row.change], lambda row: STYLES[row.change])] if sources.other else []
    return [
        *marks,
        Column("IMAGE", lambda row: f"{row.image_name} {row.image_id}", folds=True, short=_short_image),
        Column("WHERE", lambda row: f"{row.account} {row.region_id}", folds=True),
        Column("GIB", lambda row: str(row.size_gib), right=True),
        Column("PLAN", _plan, lambda row: "green" if row.wanted else "", folds=True, short=_short_plan),
    ]


def _short_image(row: PlannedImage, width: int) -> str:
    return f"{middle(row.image_name, width)} {row.image_id}"


def _plan(row: PlannedImage) -> str:
    """What would be done, or why nothing is; and what the other policy would do where that differs."""
    said = f"{row.target}, by rule {row.rule}" if row.wanted and row.target else row.reason
    said += f" ({row.warning})" if row.warning else ""
    return f"{said}; deployed: {row.was}" if row.change in ("gone", "other") else said


def _short_plan(row: PlannedImage, _: int) -> str:
    """The same for little room, the rule and the bucket first; `…` says that a pipe and JSON have more."""
    said = f"{row.rule}: {_short(row.target)}" if row.wanted and row.target else NO_RULE.sub("no rule: ", row.reason)
    said += f"; deployed: {_short(row.was)}" if row.was and row.change in ("gone", "other") else ""
    return f"{said} ({row.warning})" if row.warning else said


def _short(target: Target) -> str:
    return f"{target.image_format} to {target.oss_bucket}/{target.prefix}".rstrip("/")


def _summary(planning: Planning) -> Iterator[str]:
    places = planning.places
    starting = [one for one in places if one.wanted]
    if changes := planning.changes:
        yield (
            f"Against the deployed policy: {changes.new} newly wanted, {changes.gone} no longer wanted, "
            f"{changes.other} to another bucket, prefix or format, {changes.same} the same."
        )
    if not starting:
        yield f"Nothing would start, of {many(range(sum(one.images for one in places)), 'image')}."
        return
    exports, size_gib = sum(one.wanted for one in starting), sum(one.size_gib for one in starting)
    yield f"{many(range(exports), 'export')} would start, {size_gib} GiB:"
    for one in starting:
        yield f"  {one.account} {one.region_id}: {one.wanted}, {one.size_gib} GiB, {_time(one)}"


def _time(place: PlannedPlace) -> str:
    """One after another: how many run at once the cloud does not say (docs/cloud-facts.md#fact-1-5)."""
    held = f"; waits for the quota ({place.hold})" if place.hold else ""
    if place.seconds is None:
        return f"how long is not known: no export has ended there yet{held}"
    minutes = max(round(place.seconds / 60), 1)
    hours = f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
    return f"{hours} at most, one after another at the pace of the last ones{held}"
