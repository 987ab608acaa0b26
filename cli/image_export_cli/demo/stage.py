"""Where the demo shows what it sees: station by station, each of which appears in time or ends the demo."""

import json
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from alicloud_emulator.running import RunningEmulator
from image_export_cli.demo.lines import PAGE, quote, write

T = TypeVar("T")
NOT_WANTED = "The demo needs the policy.yaml that ships"
UNFIT = frozenset({"PolicyInvalid", "SettingsInvalid", "CredentialsMissing", "LedgerVersioned", NOT_WANTED})
GOLDEN = "golden-web-2026-11"
LISTEN_EVERY_S = 1.0
STATION = 15  # columns of a station's name and a blank; beside it an object has room on a terminal of 80


class MissingError(Exception):
    """A part of the way did not happen; the message is the reason."""


class Complaint(NamedTuple):
    """An error that a function has logged; without a code where it could not even be loaded."""

    code: str
    message: str

    def __str__(self) -> str:
        return self.message if self.message.startswith(self.code) else f"{self.code}: {self.message}"


def complaint_of(line: str) -> Complaint | None:
    """The error that a line of the log tells, if it does."""
    try:
        said = json.loads(line)
    except ValueError:
        return Complaint("", line) if "Error" in line else None
    if not isinstance(said, dict):
        return None
    if said.get("event") == "event.ignored" and GOLDEN in said.get("reason", ""):
        return Complaint(NOT_WANTED, said["reason"])
    if said.get("level") != "error":
        return None
    return Complaint(str(said.get("code", said.get("event"))), str(said.get("error", "")))


class Stage:
    """A console, an emulator and a time by which everything must have happened."""

    def __init__(self, emulator: RunningEmulator, console: Console, seconds: float) -> None:
        self.emulator = emulator
        self._console = console
        self._deadline = time.monotonic() + seconds
        self._listened_at = 0.0

    def title(self, text: str) -> None:
        """The head of a part."""
        self._console.print(f"\n[bold]{text}[/]", highlight=False)

    def show(self, station: str, what: str) -> None:
        """A station that was reached."""
        write(self._console, what, f"[green]✓[/] [bold]{station:<{STATION}}[/]")

    def quote(self, texts: Sequence[str]) -> None:
        """What somebody else was sent."""
        quote(self._console, texts)

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """What is easier to see side by side."""
        table = Table(*head, box=None, padding=(0, 2, 0, 0))
        for row in rows:
            table.add_row(*row)
        width = None if self._console.is_terminal else PAGE
        self._console.print(Padding(table, (0, 0, 0, 2), expand=False), highlight=False, width=width)

    def wait_for(self, missing: str, look: Callable[[], T | None]) -> T:
        """What `look` sees at last. Raises MissingError when the time is up, or the functions cannot work at all."""

        def seen_or_unfit() -> T | None:
            seen = look()
            if not seen and time.monotonic() - self._listened_at > LISTEN_EVERY_S:
                self._listened_at = time.monotonic()
                for unfit in (said for said in self.complaints() if said.code in UNFIT):
                    raise MissingError(f"{missing}: {unfit}")
            return seen

        seen = self.emulator.until(seen_or_unfit, within_s=max(self._deadline - time.monotonic(), 0))
        if not seen:
            last = self.complaints()[-1:]
            raise MissingError(f"{missing}; the functions' last complaint: {last[0]}" if last else missing)
        return seen

    def complaints(self) -> list[Complaint]:
        """What the functions have logged as errors."""
        return [complaint for line in self.emulator.get("logs") if (complaint := complaint_of(line["line"]))]

    def follow(self, missing: str, look: Callable[[], tuple[int, str | None]], doing: str = "exporting") -> str:
        """A live bar on a terminal, lines elsewhere. `look` answers percent, and at the end how it ended."""
        percents = TextColumn("{task.percentage:3.0f}%")
        columns = (TextColumn(f"  {{task.description:<{STATION - 1}}}"), BarColumn(), percents)
        live = self._console.is_terminal and not self._console.is_dumb_terminal
        with Progress(*columns, console=self._console, transient=True, disable=not live) as bars:
            bar, shown = bars.add_task(doing, total=100), -1

            def step() -> str | None:
                nonlocal shown
                percent, end = look()
                bars.update(bar, completed=percent)
                if not live and percent // 25 > shown:
                    shown = percent // 25
                    self._console.print(f"  {doing:<{STATION}}{percent:3d}%", highlight=False)
                return end

            return self.wait_for(missing, step)

    def ok(self, action: str, **params: str) -> dict[str, Any]:
        """The first call of this action (about this) that went well; what was answered instead is the reason."""

        def calls() -> list[dict[str, Any]]:
            return [call for call in self.emulator.calls(action) if params.items() <= call["params"].items()]

        def look() -> dict[str, Any] | None:
            return next((call for call in calls() if call["status"] == 200), None)

        try:
            return self.wait_for(f"no successful {action}", look)
        except MissingError as missing:
            codes = sorted({f"{call['status']} {call['code']}" for call in calls()})
            answers = ", ".join(codes) or "it was never called"
            raise MissingError(str(missing).replace(action, f"{action} ({answers})", 1)) from None


def no_secret_in_the_log(stage: Stage, *others: str) -> None:
    """Neither these nor secrets that the emulator has issued stand in what the functions wrote. Raises MissingError."""
    keys, lines = stage.emulator.get("keys"), stage.emulator.get("logs")
    secrets = {secret for key in keys for secret in (key["secret"], key["security_token"]) if secret} | {*others}
    leaks = [line["line"][:60] for line in lines for secret in secrets if secret in line["line"]]
    if leaks or not lines:
        raise MissingError(f"secrets in the log: {leaks}" if leaks else "the functions have logged nothing")
    stage.show("log", f"{len(lines)} lines, with none of the {len(secrets)} secrets that are in use")


def percent_of(progress: str | None) -> int:
    """`37%` as a number."""
    return int((progress or "0%").rstrip("%"))


def key_of(address: str) -> str:
    """`oss://bucket/key` without the bucket, which fits into a line."""
    return address.removeprefix("oss://").partition("/")[2]
