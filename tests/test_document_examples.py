"""Every example in `docs/` is what the real reader, document or schema takes. Not the sentences around them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from image_export.decisions.policy.file import read_policy
from image_export.errors import OurFault

ROOT = Path(__file__).parent.parent
POLICY = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(.+)\n([\s\S]*?)^```$", re.MULTILINE)
HEAD = """version: 1
accounts:
  - name: prod
    role_arn: acs:ram::1234567890123456:role/image-export
    destinations: {cn-hangzhou: {bucket: acme-images-hangzhou}}
"""


def blocks(document: str, kind: str) -> list[str]:
    """The code blocks that are marked as of this kind."""
    return [text for mark, text in BLOCK.findall(document) if mark == kind]


def refusals() -> Iterator[tuple[str, list[str]]]:
    """The rows of the table of refusals: what is written in a rule, and what is said of it."""
    table = POLICY.partition("| Written | Answered |\n")[2].partition("\n\n")[0]
    for row in table.splitlines()[1:]:
        written, *answered = re.findall(r"`([^`]+)`", row)
        yield written, answered


@pytest.mark.parametrize("text", blocks(POLICY, "yaml policy"))
def test_a_policy_that_is_shown_is_valid(text: str) -> None:
    assert read_policy(text.encode()).accounts


@pytest.mark.parametrize("text", [*blocks(POLICY, "yaml rules"), *blocks(POLICY, "yaml notify")])
def test_a_part_of_a_policy_that_is_shown_is_valid(text: str) -> None:
    policy = read_policy((HEAD + text).encode())
    assert policy.rules or policy.notify


@pytest.mark.parametrize(("written", "answered"), [*refusals()])
def test_a_refusal_that_is_shown_is_said_in_these_words(written: str, answered: list[str]) -> None:
    text = f"{HEAD}rules:\n  - name: golden\n    when: [nightly]\n    {written}\n"
    with pytest.raises(OurFault) as fault:
        read_policy(text.encode())
    assert [words for words in answered if words not in fault.value.cause.message] == []


def test_the_examples_are_found() -> None:
    counts = [len(blocks(POLICY, f"yaml {kind}")) for kind in ("policy", "rules", "notify")]
    assert [*counts, len([*refusals()])] == [2, 3, 1, 15]
