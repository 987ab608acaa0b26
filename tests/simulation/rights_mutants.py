"""Mutants that do what no role of template.yml may: the store refuses it as a bug, and lives must show it."""

from typing import Any

import pytest

from image_export.use_cases.context import Context
from image_export.use_cases.export import perform
from image_export.use_cases.export.look import Look
from image_export.values.steps import End


def tidying_up_after_the_end(patch: pytest.MonkeyPatch) -> None:
    """Whoever ends an export removes the claim that it no longer needs."""
    steps: dict[Any, Any] = perform.PERFORM
    end = steps[End]

    def tidy(context: Context, look: Look, step: End) -> Look:
        ended: Look = end(context, look, step)
        context.ledger.delete(f"exports/{ended.record.export_id}/claim-0001")
        return ended

    patch.setitem(steps, End, tidy)
