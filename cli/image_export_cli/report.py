"""Findings, for people and for programs. Judges nothing."""

import textwrap
from collections.abc import Iterable

import msgspec
from rich.padding import Padding
from rich.text import Text

from .answers.examination import Examination
from .deployment.finding import Finding, Status
from .exit_codes import ExitCode
from .tables import terminal

MARKS: dict[Status, tuple[str, str]] = {
    "ok": ("✓", "green"),
    "wrong": ("✗", "red"),
    "unknown": ("?", "yellow"),
    "note": ("•", "blue"),
}
INDENT = 4


class Report:
    """Findings as they come: lines on the terminal, each check under its name."""

    def __init__(self, *, stderr: bool = False, only_problems: bool = False) -> None:
        self._console = terminal(stderr=stderr)
        self._only_problems = only_problems
        self._check = ""
        self.seen: list[Finding] = []

    def show(self, findings: Iterable[Finding]) -> None:
        """Print each."""
        for finding in findings:
            self.seen.append(finding)
            if self._only_problems and finding.is_ok:
                continue
            if finding.check != self._check:
                self._check = finding.check
                self._print(Text(finding.check, style="bold"), 0)
            mark, style = MARKS[finding.status]
            self._print(Text.assemble((f"{mark} ", style), (f"{finding.subject}  ", "bold"), finding.message), 2)
            if finding.recommend:
                self._print(Text(finding.recommend), INDENT)
            if finding.exact:  # to be copied: a break within a command would be another command
                exact = textwrap.indent(finding.exact, " " * INDENT)
                self._console.print(Text(exact, style="cyan"), soft_wrap=True)

    def conclude(self) -> None:
        """How many of each."""
        self._print(Text(", ".join(f"{count} {status}" for status, count in counts(self.seen).items())), 0)

    def _print(self, text: Text, indent: int) -> None:
        """Wrapped beside its indent on a terminal; whole lines elsewhere."""
        if self._console.is_terminal:
            self._console.print(Padding(text, (0, 0, 0, indent)))
        else:
            self._console.print(textwrap.indent(text.plain, " " * indent), soft_wrap=True, markup=False)


def as_json(findings: list[Finding], *, only_problems: bool = False) -> str:
    """One document. The counts are of all, whatever is shown."""
    shown = tuple(finding for finding in findings if not (only_problems and finding.is_ok))
    said = Examination(healthy=ending(findings) != ExitCode.NO, counts=counts(findings), findings=shown)
    return msgspec.json.format(msgspec.json.encode(said)).decode()


def ending(findings: Iterable[Finding]) -> ExitCode:
    """NO where something is wrong, UNKNOWN where nothing is and something could not be told."""
    statuses = {finding.status for finding in findings}
    return ExitCode.NO if "wrong" in statuses else ExitCode.UNKNOWN if "unknown" in statuses else ExitCode.DONE


def counts(findings: Iterable[Finding]) -> dict[Status, int]:
    """How many have each status."""
    statuses = [finding.status for finding in findings]
    return {status: statuses.count(status) for status in MARKS}
