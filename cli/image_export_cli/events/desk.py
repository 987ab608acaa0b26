"""Lists and shows events at a deployment's ledger, and has its function retry them."""

import json
from collections.abc import Iterable
from datetime import timezone
from functools import partial
from typing import Any, Literal

import click

from image_export.errors import ImageExportError

from ..deployed import Deployed, cause_in_words, say, to_the_person
from ..exit_codes import ExitCode, of_fault, worst
from ..outcomes import attempted, show_outcomes
from ..replays.asking import retried
from ..replays.details import shown
from ..replays.document import events_of
from ..replays.listing import Item, items, short_names, whole_name
from ..tables import Column, show_json, show_table, terminal

NONE = "Nothing has failed, was rejected or could not be delivered."


def list_items(deployed: Deployed, output: Literal["table", "json"]) -> ExitCode:
    """All that can be retried."""
    found = items(deployed.ledger)
    if output == "json":
        show_json({}, "Events", events_of(found), dict)
        return ExitCode.DONE
    short = short_names([item.name for item in found]) if terminal().is_terminal else {}
    columns = (
        Column("NAME", lambda item: short.get(item.name, item.name), folds=True),
        Column("SINCE", lambda item: f"{item.at.astimezone(timezone.utc):%Y-%m-%d %H:%M}"),
        Column("WHAT HAPPENED", _said, folds=True, short=lambda item, _: _said(item)),
    )
    show_table(columns, found, none=NONE)
    return ExitCode.DONE


def _said(item: Item) -> str:
    after = f"  (then {item.by})" if item.by else ""
    return f"{item.what}  {item.cause.code}: {item.cause.message}{after}"


def show(deployed: Deployed, names: Iterable[str]) -> ExitCode:
    """All that is known of each; what cannot be shown is said, and hinders no other."""
    return worst([_show(deployed, name) for name in names])


def _show(deployed: Deployed, name: str) -> ExitCode:
    try:
        found: Any = shown(deployed.ledger, whole_name(deployed.ledger, name))
    except ImageExportError as fault:
        say(f"✗ {cause_in_words(to_the_person(fault.cause))}")
        return of_fault(fault)
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    return ExitCode.DONE


def retry(deployed: Deployed, names: Iterable[str], output: Literal["table", "json"]) -> ExitCode:
    """Have the function do each, and say what came of it."""
    return show_outcomes((attempted(name, partial(retried, deployed, name)) for name in names), output)
