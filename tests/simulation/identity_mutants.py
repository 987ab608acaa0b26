"""What attack has broken of identity, clocks and proof, each with the rule that mends it taken away again."""

from datetime import timedelta

import pytest

from image_export.decisions import naming as identity
from image_export.decisions.naming import natural_key
from image_export.decisions.objects import disks, integrity
from image_export.decisions.state import in_doubt, not_started, proof
from image_export.use_cases.export import verbatim_prefix
from image_export.use_cases.ledger.fact_store import FactStore
from image_export.use_cases.ledger.ledger import Ledger
from image_export.use_cases.watch import sweep
from image_export.values.export_request import ExportRequest


def answered_prefix_is_taken(patch: pytest.MonkeyPatch) -> None:
    """A prefix that was answered is as good as any other."""
    patch.setattr(verbatim_prefix, "is_generated", lambda _request: False)
    patch.setattr(verbatim_prefix, "taken", lambda *_: None)


def prefix_without_the_ledger(patch: pytest.MonkeyPatch) -> None:
    """A prefix is made of the ExportId alone, as version 0.1.0 did."""
    patch.setattr(Ledger, "identity", lambda _self, **_: "")


def clocks_thought_equal(patch: pytest.MonkeyPatch) -> None:
    """ECS's times are taken for OSS's, to two minutes."""
    for module in (in_doubt, not_started):
        patch.setattr(module, "BEFORE_CLAIM", timedelta(minutes=2))
        patch.setattr(module, "AFTER_CLAIM", timedelta(minutes=10))


def images_by_our_clock(patch: pytest.MonkeyPatch) -> None:
    """New images are looked for as if ECS's clock were OSS's."""
    patch.setattr(sweep, "CLOCKS_APART", timedelta(0))


def end_by_the_clock_of_ecs(patch: pytest.MonkeyPatch) -> None:
    """How long an object is looked for is counted from ECS's own time of the end."""
    patch.setattr(proof, "_finished_by", lambda _record, task, now: task.finished_at or now)


def latest_date_believed(patch: pytest.MonkeyPatch) -> None:
    """It is now what the latest answer says, as version 0.1.0 took it."""
    patch.setattr(FactStore, "now", property(lambda self: self.store.now))


def versioning_asked_once(patch: pytest.MonkeyPatch) -> None:
    """A warm instance has asked once."""
    ready = FactStore.ready
    patch.setattr(FactStore, "ready", lambda self, **_: ready(self))


def compared_as_said(patch: pytest.MonkeyPatch) -> None:
    """A default that is named is another request than one that is left out."""

    def said(one: ExportRequest) -> tuple[str, ...]:
        return (natural_key(one), one.caller_prefix, one.role_name or "")

    patch.setattr(identity, "means_the_same", lambda one, other: said(one) == said(other))


def any_size_is_whole(patch: pytest.MonkeyPatch) -> None:
    """A file may be of any smaller disk."""
    patch.setattr(integrity, "_least", lambda _size_gib: 1)


def unknown_disks_are_none(patch: pytest.MonkeyPatch) -> None:
    """An image that was seen without its disks has none."""
    patch.setattr(disks, "are_known", lambda _image: True)
