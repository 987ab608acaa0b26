"""The verb `schemas`: its command line, and the table of what it writes."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click


@click.command(epilog="\b\nExample:\n  image-export schemas --out schemas")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("schemas"), show_default=True, help="The folder to write to."
)
def command(out: Path) -> int:
    """Write the HTTP API, and the schemas of policy.yaml, manifests, records of nights and of what verbs answer."""
    out.mkdir(parents=True, exist_ok=True)
    for name, document in documents().items():
        (out / f"{name}.json").write_text(json.dumps(document(), indent=2) + "\n", encoding="utf-8")
    return 0


def documents() -> Mapping[str, Callable[[], Any]]:
    """Each file's name, and what makes the document in it."""
    from image_export.decisions.http.openapi import openapi
    from image_export.decisions.policy.schema import policy_schema
    from image_export.decisions.results.manifest import manifest_schema
    from image_export.decisions.results.night_record import night_schema
    from image_export.values.restore.restore import RestorePlan

    from ..answers.drills import DrillAndNext, DrillOutcomes, DrillPlan, Drills
    from ..answers.examination import Examination
    from ..answers.exports import Exports, Images, ShownExport
    from ..answers.plan import PlanAnswer
    from ..answers.policy_check import PolicyCheck
    from ..answers.restores import RestoreOutcomes, Restores, ShownRestore
    from ..answers.schema import schema_of
    from ..answers.token_list import TokenList
    from ..outcomes import Outcomes
    from ..replays.document import Events

    return {
        "openapi": openapi,
        "policy": policy_schema,
        "manifest": manifest_schema,
        "night": night_schema,
        "examination": lambda: schema_of(Examination, "doctor"),
        "exports": lambda: schema_of(Exports, "list"),
        "shown-export": lambda: schema_of(ShownExport, "show ID"),
        "shown-images": lambda: schema_of(Images, "show IMAGE"),
        "plan": lambda: schema_of(PlanAnswer, "plan"),
        "policy-check": lambda: schema_of(PolicyCheck, "policy check"),
        "events": lambda: schema_of(Events, "events list"),
        "restores": lambda: schema_of(Restores, "restore list"),
        "shown-restore": lambda: schema_of(ShownRestore, "restore show"),
        "restore-plan": lambda: schema_of(RestorePlan, "restore --plan"),
        "restore-outcomes": lambda: schema_of(RestoreOutcomes, "restore|restore cancel"),
        "drills": lambda: schema_of(Drills, "drill list"),
        "shown-drill": lambda: schema_of(DrillAndNext, "drill show"),
        "drill-plan": lambda: schema_of(DrillPlan, "drill plan"),
        "drill-outcomes": lambda: schema_of(DrillOutcomes, "drill run|drill cancel"),
        "token-list": lambda: schema_of(TokenList, "token list"),
        "outcomes": lambda: schema_of(Outcomes, "export|cancel|retry"),
    }
