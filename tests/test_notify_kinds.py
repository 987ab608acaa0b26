"""Every kind of notify target has its policy entry, its sender, its rights, the doctor's look and its document."""

from collections.abc import Container
from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import fields

from image_export.edges.notify.senders import SENDERS
from image_export.values.notify_target import EVENT_KINDS, NEED_A_PERSON, NotifyTarget
from image_export.values.policy import NotifyEntry
from image_export_cli.doctor.checks.notify import LOOKS
from image_export_cli.rights.notifying import RIGHTS

KINDS: tuple[type[NotifyTarget], ...] = get_args(NotifyTarget)


def word(kind: type[NotifyTarget]) -> str:
    """How policy.yaml and the ledger call the kind."""
    return str(kind.__struct_config__.tag)


def test_the_kinds_are_those_that_this_version_knows() -> None:
    assert [word(kind) for kind in KINDS] == [
        *("eventbridge", "function", "webhook", "dingtalk", "feishu", "wecom", "slack")
    ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("table", [SENDERS, RIGHTS, LOOKS], ids=["senders", "rights", "looks of the doctor"])
def test_each_kind_has_its_row(table: Container[type[NotifyTarget]], kind: type[NotifyTarget]) -> None:
    assert kind in table


def test_each_kind_has_its_entry_of_the_policy_under_its_own_word() -> None:
    assert [field.name for field in fields(NotifyEntry)] == [word(kind) for kind in KINDS]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_in_the_document_of_the_policy(kind: type[NotifyTarget]) -> None:
    assert f"- {word(kind)}: {{" in Path("docs/policy.md").read_text()


def test_each_kind_of_event_is_in_the_document_of_the_policy_and_whether_it_needs_a_person() -> None:
    table = Path("docs/policy.md").read_text().partition("| What `events` may name |")[2].partition("\n\n")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| `")]
    named = {kind.strip("` "): needs == "yes" for kinds, _, needs in rows for kind in kinds.split(",")}
    assert named == {kind: kind in NEED_A_PERSON for kind in EVENT_KINDS}
