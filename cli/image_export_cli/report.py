"""Findings, for people and for programs. Judges nothing."""

import textwrap
from collections.abc import Iterable

import msgspec
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from .deployment.finding import Finding

MARKS = {"ok": ("✓", "green"), "wrong": ("✗", "red"), "unknown": ("?", "yellow")}
INDENT = 4


class Report:
    """Findings as they come: lines on the terminal, each check under its name."""

    def __init__(self, *, stderr: bool = False) -> None:
        self._console = Console(stderr=stderr, emoji=False, highlight=False)
        self._check = ""
        self._seen: list[Finding] = []

    def show(self, findings: Iterable[Finding]) -> None:
        """Print each."""
        for finding in findings:
            self._seen.append(finding)
            if finding.check != self._check:
                self._check = finding.check
                self._print(Text(finding.check, style="bold"), 0)
            mark, style = MARKS[finding.status]
            self._print(Text.assemble((f"{mark} ", style), (f"{finding.subject}  ", "bold"), finding.message), 2)
            if finding.recommend:
                self._print(Text(finding.recommend), INDENT)
            if finding.exact:
                self._print(Text(finding.exact, style="cyan"), INDENT)

    def conclude(self) -> None:
        """How many of each."""
        self._print(Text(", ".join(f"{count} {status}" for status, count in counts(self._seen).items())), 0)

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong, as far as can be told."""
        return is_healthy(self._seen)

    def _print(self, text: Text, indent: int) -> None:
        """Wrapped beside its indent on a terminal; whole lines elsewhere."""
        if self._console.is_terminal:
            self._console.print(Padding(text, (0, 0, 0, indent)))
        else:
            self._console.print(textwrap.indent(text.plain, " " * indent), soft_wrap=True, markup=False)


def as_json(findings: list[Finding]) -> str:
    """`{"Healthy", "Findings": [{"Check", "Subject", "Status", "Message", "Recommend", "Exact"}]}`."""
    return msgspec.json.format(msgspec.json.encode({"Healthy": is_healthy(findings), "Findings": findings})).decode()


def is_healthy(findings: Iterable[Finding]) -> bool:
    """Unknown is not wrong."""
    return all(finding.status != "wrong" for finding in findings)


def counts(findings: Iterable[Finding]) -> dict[str, int]:
    """How many are ok, wrong and unknown."""
    statuses = [finding.status for finding in findings]
    return {status: statuses.count(status) for status in ("ok", "wrong", "unknown")}
