"""Whatever cites a document of this repository leads to it: the file is there, and the place in it.

Read are code, tests, settings and documents, wherever the package was unpacked: no git is asked. The changelog is left
out, since it speaks of what was.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
READ = {".py", ".md", ".yaml", ".yml", ".toml", ".in", ".txt", ".json"}
SKIPPED = {"build", "dist", "node_modules", "mutants", "disk_files"}
CITED = re.compile(r"\bdocs/([a-z0-9-]+\.md)((?:(?:,\s| and | to )?#[a-z0-9][a-z0-9-]*)*)")  # …#rule-1, #rule-2
PRIVATE = re.compile(r"\b(?:PROTOCOL|DESIGN|STYLE)(?:-\d)?\b|\b[Ff]acts? ?§|§\d|\bP[1-9]\b(?=[),.:; ])")
LINK = re.compile(r"\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$", re.MULTILINE)
FENCED = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
MADE = re.compile(r'<a id="([^"]+)"></a>')
HEADING = re.compile(r"^#{1,6} +(.+?)(?: +#+)?$", re.MULTILINE)
MUTANT = re.compile(r'Mutant\(\s*"([^"]+)"')


class Citation(NamedTuple):
    """Which file says so, and to what it leads: a document and a place in it, none for the document itself."""

    by: str
    document: Path
    place: str

    def __str__(self) -> str:
        return f"{self.by} to {self.document.name}#{self.place}"


def files() -> list[Path]:
    """The project's own texts, without what is made, hidden or the changelog."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in SKIPPED and not name.startswith((".", "__"))]
        found += [Path(folder, name) for name in names if Path(name).suffix in READ and name != "CHANGELOG.md"]
    return sorted(found)


def slug(heading: str) -> str:
    """The name that GitHub gives a heading: lower case, letters, digits, `_` and `-`; blanks become `-`."""
    shown = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").replace("*", "")
    return re.sub(r"[^\w\- ]", "", shown.strip().lower()).replace(" ", "-")


def places(text: str) -> set[str]:
    """What can be linked to in a document: anchors that it makes, and its headings; the second of a name has `-1`."""
    bare, found = FENCED.sub("", text), set[str]()
    for heading in HEADING.findall(bare):
        name, number = slug(heading), 0
        while (one := f"{name}-{number}" if number else name) in found:
            number += 1
        found.add(one)
    return found | set(MADE.findall(bare))


def citations(file: Path) -> Iterator[Citation]:
    """All that a file cites of the documents here, as a path from the root or as a link from where it stands."""
    text, by = file.read_text(errors="replace"), str(file.relative_to(ROOT))
    if file.suffix != ".md":
        for name, tail in CITED.findall(text):
            yield from (Citation(by, ROOT / "docs" / name, place) for place in re.findall(r"#([^,\s]+)", tail) or [""])
        return
    for pair in LINK.findall(FENCED.sub("", text)):
        path, _, place = "".join(pair).partition("#")
        if not re.match(r"[a-z]+:", path):
            yield Citation(by, (file.parent / path).resolve() if path else file, place)


def all_citations() -> list[Citation]:
    """Of the whole tree."""
    return [one for file in files() for one in citations(file)]


def test_every_citation_leads_to_a_file_and_a_place_in_it() -> None:
    known: dict[Path, set[str]] = {}
    lost = []
    for one in all_citations():
        if one.document.is_file() and one.document.suffix == ".md" and one.document not in known:
            known[one.document] = places(one.document.read_text())
        if not one.document.exists() or (one.place and one.place not in known.get(one.document, set())):
            lost.append(str(one))
    assert lost == []


def test_code_cites_nothing_that_is_not_in_this_repository() -> None:
    code = [file for file in files() if file.suffix != ".md" and file.name != Path(__file__).name]
    lines = [(file, line) for file in code for line in file.read_text(errors="replace").splitlines()]
    assert [f"{file.relative_to(ROOT)}: {line.strip()}" for file, line in lines if PRIVATE.search(line)] == []


@pytest.mark.parametrize(
    "line", ["the wait (PROTOCOL 9)", "facts §14", "(P3, see there)", "DESIGN §4.1", "STYLE 7", "(§7.2)"]
)
def test_a_citation_of_a_document_that_nobody_has_is_found(line: str) -> None:
    assert PRIVATE.search(line)


def test_citations_are_found_in_code_and_in_documents() -> None:
    found = {(one.by, one.document.name, one.place) for one in all_citations()}
    assert ("tests/contract/test_store_contract.py", "protocol.md", "rule-2") in found
    assert ("docs/protocol.md", "cloud-facts.md", "fact-14-1") in found
    assert ("docs/protocol.md", "protocol.md", "rule-9") in found


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Why a retry cannot export twice", "why-a-retry-cannot-export-twice"),
        ("12.2 ACS3-HMAC-SHA256", "122-acs3-hmac-sha256"),
        ("P1: never twice", "p1-never-twice"),
        ("`policy.yaml`, its *words*", "policyyaml-its-words"),
        ("See [the rules](#rules)", "see-the-rules"),
    ],
)
def test_a_heading_has_the_name_that_github_gives_it(heading: str, name: str) -> None:
    assert slug(heading) == name


def test_headings_of_one_name_are_told_apart_and_code_has_none() -> None:
    assert places("# Same\n## Same\n```sh\n# not a heading\n```\n") == {"same", "same-1"}


def test_the_rules_promises_and_facts_that_code_cites_by_number_are_all_there() -> None:
    protocol = places((ROOT / "docs" / "protocol.md").read_text())
    facts = places((ROOT / "docs" / "cloud-facts.md").read_text())
    assert {f"rule-{number}" for number in range(1, 18)} | {f"p{number}" for number in range(1, 7)} <= protocol
    assert {f"fact-{number}" for number in range(16)} <= facts


def test_a_python_file_that_a_document_names_is_there() -> None:
    bases = (ROOT, ROOT / "functions" / "image-export", ROOT / "functions" / "image-export" / "image_export")
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    named = [
        (file.name, path)
        for file in documents
        for path in re.findall(r"`([a-z0-9_-]+/[a-z0-9_/-]+\.py)`", file.read_text())
    ]
    assert len(named) > 20
    assert [one for one in named if not any((base / one[1]).is_file() for base in bases)] == []


def test_the_protocol_names_mutants_that_there_are() -> None:
    table = (ROOT / "docs" / "protocol.md").read_text().split("## What broke without a rule")[1].split("\n## ")[0]
    rows = [row.rsplit("|", 2)[1] for row in table.splitlines() if row.startswith("| ") and row[2].isdigit()]
    named = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    there = set(MUTANT.findall((ROOT / "tests" / "simulation" / "mutants.py").read_text()))
    assert len(named) > 30
    assert named - there == set()
