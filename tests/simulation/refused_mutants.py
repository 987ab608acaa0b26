"""The rules of watching what stays refused or was cancelled, each taken away. Replacing is the purpose here."""

# ruff: noqa: SLF001 - replacing what is private is the purpose

from datetime import timedelta

import pytest

from image_export.decisions.state import exporting, refused_looks
from image_export.use_cases.export import either_role
from image_export.use_cases.ledger.ledger import Ledger
from image_export.use_cases.watch import running
from image_export.values.account import AssumedRole
from image_export.values.export_request import ExportRequest
from image_export.values.place import Place
from image_export.values.policy import Policy
from image_export.values.run import Newest
from image_export.values.steps import Situation, Step


def never_over(patch: pytest.MonkeyPatch) -> None:
    """What is refused is asked for, for ever."""
    patch.setattr(refused_looks, "REFUSED_FOR", timedelta(days=36500))


def never_anew(patch: pytest.MonkeyPatch) -> None:
    """A look that works is not noted."""
    patch.setattr(refused_looks, "answered", lambda *_: None)
    patch.setattr(refused_looks, "UNWATCHED_AFTER", timedelta(days=36500))


def gaps_count(patch: pytest.MonkeyPatch) -> None:
    """Nobody asks whether somebody looked in between."""
    patch.setattr(refused_looks, "UNWATCHED_AFTER", timedelta(days=36500))


def cancels_wait(patch: pytest.MonkeyPatch) -> None:
    """A cancel waits for a fortnight, too."""
    patch.setattr(refused_looks, "CANCELLED_AFTER", refused_looks.REFUSED_FOR)


def recorded_role_only(patch: pytest.MonkeyPatch) -> None:
    """What runs is watched through the role that it recorded."""

    def roles_of(_policy: Policy | None, request: ExportRequest) -> tuple[AssumedRole, ...]:
        return (request.role,)

    for module in (either_role, running):
        patch.setattr(module, "roles_of", roles_of)


def stalls_need_a_look(patch: pytest.MonkeyPatch) -> None:
    """What takes too long is told by whoever sees the task, and by nobody else."""
    stalled = exporting._or_stalled

    def or_stalled(situation: Situation, step: Step) -> Step:
        return step if situation.observed.failed else stalled(situation, step)

    patch.setattr(exporting, "_or_stalled", or_stalled)


def cancelled_is_exported(patch: pytest.MonkeyPatch) -> None:
    """Plans take what was cancelled for exported."""
    knows = Ledger.known

    def known(self: Ledger, place: Place) -> dict[str, Newest]:
        found = knows(self, place)
        return {
            key: one._replace(before="standing") if one.before == "cancelled" else one for key, one in found.items()
        }

    patch.setattr(Ledger, "known", known)
