"""docs/troubleshooting.md explains every Reason that an export can show, and every code that the functions make.

Those of restores stand in docs/restore.md.
"""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.codes import CLASSES
from tests.documents import ROOT

TEXT = "\n".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("troubleshooting.md", "restore.md"))
SOURCES = sorted((ROOT / "functions" / "image-export").rglob("*.py"))
WORD = re.compile(r"[A-Z][A-Za-z]+(\.[A-Za-z]+)*")
# Reasons and codes that stand in constants, or are put together: no call names them.
NAMED_ELSEWHERE = {
    *("CancelRequested", "Inferred", "Missing", "Stalled", "StartInDoubt", "Throttling", "WatchRefused"),
    *("AnswerUnreadable", "ConcurrentQuotaExceed", "WeeklyQuotaExceed", "DryRun", "NotTold", "EventRefused"),
    *("UnknownParameter", "MissingParameter", "BadErrorResponse", "NoSuchBucket"),
}
RARE = {  # what the cloud says of itself: the export keeps its words
    *(
        "InvalidImageName.Malformed",
        "InvalidOSSPrefix.Malformed",
        "OssPrefix.Malformed",
        "InvalidImageFormat.Malformed",
    ),
    *("InvalidRegion.NotSupport", "OperationDenied", "InvalidImageCategory.NotSupported"),
    *("Throttling.User", "Throttling.Api", "Rejected.Throttling", "InvalidSecurityToken.Malformed"),
}


def rows(title: str = "") -> dict[str, str]:
    """The rows of the tables below the headings that begin like this, by each name in their first column."""
    found = {}
    for part in re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]:
        for line in part.splitlines() if part.startswith(title) else ():
            first, _, rest = line.strip("| ").partition(" | ")
            found.update(dict.fromkeys(re.findall(r"`([^`]+)`", first) if line.startswith("|") else (), rest))
    return found


def words_of(call: ast.Call) -> Iterator[str]:
    """The words that may be a code or Reason in `Cause(code=…)` and in `Wait(…)`."""
    if isinstance(call.func, ast.Name) and call.func.id in ("Cause", "Wait"):
        given = [word.value for word in call.keywords if word.arg in ("code", "reason")]
        given += call.args[:1] if call.func.id == "Wait" else []
        for one in given:
            yield from (str(node.value) for node in ast.walk(one) if isinstance(node, ast.Constant) and node.value)


def made() -> set[str]:
    """Every code and Reason of ours."""
    nodes = (node for file in SOURCES for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    found = {word for node in nodes if isinstance(node, ast.Call) for word in words_of(node)}
    return {word for word in found if WORD.fullmatch(word)} | NAMED_ELSEWHERE


def test_what_the_code_makes_is_found() -> None:
    assert len(made()) > 50
    assert {"ObjectDamaged", "OutOfSteps", "TaskNotVisible", "InvalidEvent", "LedgerVersioned"} <= made()


@pytest.mark.parametrize("word", sorted(made()))
def test_each_reason_and_code_of_ours_has_a_row(word: str) -> None:
    assert word in rows()


@pytest.mark.parametrize("code", sorted(set(CLASSES) - RARE))
def test_each_code_of_export_image_but_the_rare_ones_has_a_row(code: str) -> None:
    assert code in rows()


@pytest.mark.parametrize("kind", ["wait", "role", "fresh"])
def test_each_code_that_is_waited_for_has_its_reason_among_those_that_wait(kind: str) -> None:
    older = {"NoSetRoletoECSServiceAccount", "OperationDenied.ImageExporting", "IncorrectImageStatus"}
    shown = {
        code.removesuffix(".ExportImage") for code, one in CLASSES.items() if one == kind and code not in RARE | older
    }
    assert shown <= rows("It waits").keys()


def test_the_document_names_no_code_that_nothing_makes() -> None:
    text = "".join(
        file.read_text(encoding="utf-8")
        for file in (*SOURCES, ROOT / "cli" / "image_export_cli" / "replays" / "listing.py")
    )
    named = {word for word in rows() if WORD.fullmatch(word)}
    strange = {word for word in named if word not in text and word not in CLASSES}
    assert strange == set()
