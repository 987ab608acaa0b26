"""Has the function restore what an export has left, or say what it would do; and follows it."""

import re
from typing import Any, NamedTuple
from uuid import uuid4

import click

from image_export.values.forms import BUCKET, EXPORT_ID
from image_export.values.restore.answer import RestoreAnswer
from image_export.values.restore.restore import Restore, Unpack, WhichDisks

from ..answers.restores import RestoreOutcome
from ..deployed import Deployed, cause_in_words, say
from ..exit_codes import ExitCode
from ..following.one import follow
from ..options import Acting, Output
from . import rows
from .outcomes import attempted, show_outcomes
from .planning import show_plan
from .reading import RestoreReader

TOO_OLD = "the deployed function does not know restores: deploy this version of it"


class What(NamedTuple):
    """What is to be restored: an ExportId, a manifest's address, or the name of a file."""

    name: str
    export_id: str | None = None
    manifest: str | None = None


class Asked(NamedTuple):
    """As the command line says it."""

    what: What
    name: str | None = None
    region: str | None = None
    disks: WhichDisks = "all"
    unpack: Unpack = "auto"
    role_name: str | None = None
    client_token: str | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        """Those of the function. With a ClientToken: what is sent twice is one restore."""
        said = {
            "ExportId": self.what.export_id,
            "Manifest": self.what.manifest,
            "RegionId": self.region,
            "ImageName": self.name,
            "Disks": self.disks,
            "Unpack": self.unpack,
            "RoleName": self.role_name,
            "ClientToken": self.client_token or f"restore-{uuid4().hex}",
        }
        return {name: value for name, value in said.items() if value is not None}


def of_what(said: str, *, files: bool) -> What:
    """What somebody has named. Raises UsageError for what is neither an export nor a manifest."""
    if re.fullmatch(EXPORT_ID, said):
        return What(said, export_id=said)
    if re.fullmatch(rf"oss://{BUCKET}/\S.{{0,1022}}", said):
        return What(said, manifest=said)
    if files:
        return What(said)
    advice = "exp-mwkh3htwuwqi6f7n-0001 or oss://bucket/key.manifest.json is one"
    raise click.UsageError(f"{said[:120]!r} is no export and no manifest; {advice}. `image-export list` has exports.")


def rehearse(deployed: Deployed, asked: Asked, output: Output) -> ExitCode:
    """Show what would be done, as the function plans it. Raises ImageExportError."""
    answer = _answered(deployed, {**asked.parameters, "DryRun": True})
    for plan in answer.plans:
        account = deployed.deployment.policy.account(plan.account_id)
        show_plan(plan, f"{account.name if account else plan.account_id} {plan.region_id}", output)
        return ExitCode.NO if plan.refusal else ExitCode.DONE
    why = cause_in_words(answer.rejected[0]) if answer.rejected else TOO_OLD
    say(f"✗ {asked.what.name}: {why}")
    return ExitCode.NO


def begin(deployed: Deployed, asked: Asked, acting: Acting) -> ExitCode:
    """Have it restored, and say what came of it."""
    name = asked.what.name
    outcome = attempted(name, lambda: _begun(deployed, name, asked))
    if acting.wait and outcome.restore and outcome.restore.status not in rows.ENDED:
        restore = outcome.restore.restore_id
        say(f"{name} is restored as {restore}; `image-export restore show {restore}` shows it, too.")
        outcome = attempted(name, lambda: _outcome(name, _followed(deployed, restore, acting.every_s)))
    return show_outcomes([outcome], acting.output)


def _begun(deployed: Deployed, name: str, asked: Asked) -> RestoreOutcome:
    answer = _answered(deployed, asked.parameters)
    for cause in answer.rejected:
        return RestoreOutcome(name=name, result="NotDone", error=cause)
    for restore in answer.restores:
        return _outcome(name, restore)
    return RestoreOutcome(name=name, result="NotDone", note=TOO_OLD)


def _followed(deployed: Deployed, restore: str, every_s: float) -> Restore:
    reader = RestoreReader(deployed)
    return follow(
        restore, lambda: reader.row(reader.named(restore)), lambda row: rows.in_words(row.restore), every_s
    ).restore


def _outcome(name: str, restore: Restore) -> RestoreOutcome:
    came_to_nothing = restore.status in ("Failed", "Cancelled")
    return RestoreOutcome(name=name, result="NotDone" if came_to_nothing else "Done", restore=restore)


def _answered(deployed: Deployed, parameters: dict[str, Any]) -> RestoreAnswer:
    return deployed.entrance.invoked({"Restore": parameters, "Caller": deployed.caller.arn}, RestoreAnswer)
