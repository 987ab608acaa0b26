"""Every command that README or docs/ show runs in CI, or its document says why it cannot. This is the table of both."""

import re
from pathlib import Path

import pytest

from tests.documents import DOCUMENTS, ROOT, Block, blocks

SESSIONS = "tests/test_shown_sessions.py"  # blocks that say on what they run, and whole pages
RESTORING = "tests/flow/test_restore_sessions.py"
# Where a command runs, and the words in that file that show it; then commands that no test runs.
RUNS = {
    r"make (check|test|prove|demo)": (".ci/run", r"make \1"),
    r"(make |alicloud-)emulator( .*)?": ("tests/emulator/test_command.py", r"alicloud_emulator"),
    r"pip install (\./emulator|\.)": ("tests/cli/test_wheels.py", r"pip"),
    r"make layer package RUNTIMES=python3\.10": ("tests/test_layer.py", r"build_layer"),
    r"make doctor": ("tests/doctor/test_command.py", r"doctor"),
    r"image-export doctor --profile dev": ("tests/doctor/test_command.py", r"--profile"),
    r"image-export restore (cancel res-\w+|\S+ --print-command)": (
        "tests/flow/test_restore_verbs.py",
        r"--print-command",
    ),
    r"image-export restore oss://other\S+": ("tests/flow/test_restores.py", r"copied_to_another_account"),
    r"export IMAGE_EXPORT_HTTP_TOKENS=.*sha256sum.*": (SESSIONS, r"sha256"),
}
CANNOT = {
    r"aliyun (cms|ros|eventbridge) .*": "an account",
    r"(\S+=\S+ )?s (cli|deploy|remove)\b.*": "an account",
    r"git pull": "an account",  # of the commands of an upgrade
    r"LOAD=1000 .*": "a quarter of an hour",
    r"(M=|ossutil ).*": "a real bucket",
    r"(gzip -t|tar -xzvf|qemu-img) .*": "a whole export",
}
SAYS_SO = re.compile(r"CI (?:does not|cannot)\b")


def where(block: Block, line: str) -> tuple[str, str] | None:
    """The file that runs a command, and what stands there."""
    if block.words[:1] in (("emulator",), ("alone",)):
        return SESSIONS, block.words[0]
    if block.words[:1] in (("restoring",), ("drilling",)):
        return RESTORING, block.words[0]
    if block.language == "console" and block.document.removeprefix("docs/") in ("http-api.md", "emulator.md"):
        return SESSIONS, block.document.removeprefix("docs/")
    for pattern, (file, words) in RUNS.items():
        found = re.fullmatch(pattern, line)
        if found:
            return file, found.expand(words)
    return None


SHOWN = [(block, " ".join(command.line.split())) for block in blocks() for command in block.commands]


def test_commands_are_found() -> None:
    assert len(SHOWN) > 60
    assert {block.document for block, _ in SHOWN} >= {"README.md", "docs/deploy.md", "docs/http-api.md"}


@pytest.mark.parametrize(("block", "line"), SHOWN, ids=[f"{block.document}: {line[:50]}" for block, line in SHOWN])
def test_a_command_runs_in_ci_or_its_document_says_why_it_cannot(block: Block, line: str) -> None:
    runs = where(block, line)
    if runs:
        file, words = runs
        assert words in (ROOT / file).read_text(encoding="utf-8")
        return
    (reason,) = {reason for pattern, reason in CANNOT.items() if re.fullmatch(pattern, line)}
    said = " ".join((ROOT / block.document).read_text(encoding="utf-8").split())
    assert [sentence for sentence in re.split(r"(?<=\.) ", said) if SAYS_SO.search(sentence) and reason in sentence]


def test_ci_runs_what_readme_names() -> None:
    verbs = re.findall(r"^make (\w+)$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    assert f"make {' '.join(verbs)}" in (ROOT / "README.md").read_text(encoding="utf-8")


def spans(document: str) -> list[str]:
    """The code inside sentences and tables."""
    text = re.sub(r"^ *```[\s\S]*?^ *```$", "", (ROOT / document).read_text(encoding="utf-8"), flags=re.MULTILINE)
    return re.findall(r"`([^`\n]+)`", text)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_verb_of_make_that_a_document_names_is_there(document: str) -> None:
    verbs = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named = {
        verb
        for span in spans(document)
        if span.startswith("make ")
        for verb in re.findall(r"(?<= )[a-z]+(?![\w=\"])", span.partition("ARGS")[0])
    }
    assert named <= set(verbs)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_file_that_a_document_names_is_there(document: str) -> None:
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name not in ("build", "dist")}
    named = [span for span in spans(document) if span.split("/")[0] in folders and re.fullmatch(r"[\w./*-]+", span)]
    assert [span for span in named if not (any(ROOT.glob(span.rstrip("/"))) or Path(ROOT, span).exists())] == []
