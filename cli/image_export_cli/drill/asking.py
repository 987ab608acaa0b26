"""Asks the function that looks after drills: for its plan, for a drill, or for the end of one."""

import click

from image_export.use_cases.drill.maintain import MaintainAnswer
from image_export.values.drill.drill import Drill

from ..answers.drills import DrillOutcome
from ..deployed import Deployed
from ..deployment.deployment import MAINTAIN
from . import rows

TOO_OLD = "the deployed function does not answer so: deploy this version of it"


def asked(deployed: Deployed, order: dict[str, object]) -> MaintainAnswer:
    """Its whole answer. Raises UsageError where no function does it, and CloudFault."""
    names = (one.name for one in deployed.deployment.functions if one.handler == MAINTAIN)
    name = next(names, None)
    if name is None:
        raise click.UsageError(f"s.yaml has no function with the handler {MAINTAIN}, which looks after drills.")
    return deployed.entrance._replace(function=name).invoked(order, MaintainAnswer)


def drilled(deployed: Deployed, name: str, order: dict[str, object]) -> DrillOutcome:
    """What came of an order that is about one drill. Raises CloudFault."""
    answer = asked(deployed, {**order, "Caller": deployed.caller.arn})
    if answer.rejected:
        return DrillOutcome(name=name, result="NotDone", error=answer.rejected)
    if answer.drill is None:
        return DrillOutcome(name=name, result="NotDone", note=TOO_OLD)
    return outcome(name, answer.drill)


def outcome(name: str, drill: Drill) -> DrillOutcome:
    """Done while it goes on and where it is Proved; nobody knows where it is Unproven."""
    return DrillOutcome(name=name, result=rows.RESULTS[drill.verdict] if drill.verdict else "Done", drill=drill)
