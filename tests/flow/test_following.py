"""`image-export watch` against the emulator: in a pipe, and on a terminal of its own."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from image_export_cli.main import main
from image_export_cli.pipes import CLOSED
from tests.commands import CODE, run_here
from tests.patience import HANGS_S
from tests.terminals import COLUMNS, Terminal

from .conftest import still_emulator
from .test_replay import environment
from .world import ROOT, World


def watch(world: World, *arguments: str) -> tuple[int, list[str], str]:
    """The exit code, the lines of stdout, and stderr."""
    command = ["watch", "--deployment", str(ROOT / "s.yaml"), "--interval", "0.1", *arguments]
    ran = run_here(main, command, environment(world))
    return ran.returncode, ran.stdout.splitlines(), ran.stderr


def test_one_that_has_completed_ends_it_with_0_and_one_that_failed_with_1(world: World) -> None:
    good, bad = world.image(), world.image("fail")
    names = [world.tell(image)["Exports"][0]["ExportId"] for image in (good, bad)]
    for image in (good, bad):
        world.follow(image)
    code, lines, said = watch(world, names[0])
    assert (code, len(lines), said) == (0, 1, "")
    assert re.fullmatch(
        rf"\S+ \S+  {names[0]}  golden-web  prod cn-hangzhou  Completed  140/140 GiB  [\d.]+ GiB/min", lines[0]
    )
    code, lines, _ = watch(world, *names)
    assert (code, len(lines), lines[1].split("  ")[4]) == (1, 2, "Failed: ExportImageFailed")


def test_as_json_the_exports_stand_on_stdout_alone_as_they_ended(world: World) -> None:
    image = world.image()
    name = world.tell(image)["Exports"][0]["ExportId"]
    world.follow(image)
    code, lines, said = watch(world, name, "--output", "json")
    (export,) = json.loads("\n".join(lines))["Exports"]
    assert (code, export["ExportId"], export["Status"]) == (0, name, "Completed")
    assert name in said
    assert watch(world, "--output", "json")[0] == 2


def test_an_id_that_nobody_knows_ends_it_with_1_and_a_hint(world: World) -> None:
    code, lines, said = watch(world, "exp-aaaaaaaaaaaaaaaa-0001")
    assert (code, lines) == (1, [])
    assert said.startswith("✗ ExportNotFound: There is no export exp-aaaaaaaaaaaaaaaa-0001. `image-export list`")


def test_a_reader_that_has_seen_enough_ends_it_though_nothing_more_is_to_be_said(tmp_path: Path) -> None:
    with still_emulator(tmp_path) as emulator:
        command = [sys.executable, "-m", "image_export_cli", "watch", "--interval", "0.1"]
        with subprocess.Popen(  # noqa: S603 - our own program
            command,
            cwd=ROOT,
            env={**CODE, **environment(World(emulator))},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as watching:
            assert (watching.stdout, watching.stderr) != (None, None)
            first = watching.stderr.readline()  # type: ignore[union-attr]
            watching.stdout.close()  # type: ignore[union-attr]
            code = watching.wait(HANGS_S)
            assert (first, code) == (b"Nothing runs and nothing waits.\n", CLOSED)


def test_where_tasks_may_not_be_seen_the_ledger_alone_tells_and_that_is_said_once(world: World) -> None:
    image = world.image()
    name = world.tell(image)["Exports"][0]["ExportId"]
    world.emulator.post(
        "faults",
        [{"service": "ecs", "action": "DescribeTaskAttribute", "kind": "code:Forbidden.RAM", "times": 1000}],
    )
    with Terminal(["watch", name, "--interval", "0.1"], environment(world)) as terminal:
        seen = terminal.until(lambda lines: any("1 running, 0 waiting" in line for line in lines))
        drawn = terminal.drawn.count("running, 0 waiting")
        terminal.until(lambda _: terminal.drawn.count("running, 0 waiting") > drawn + 2)
        terminal.press("c")
        terminal.end()
        assert terminal.drawn.count("may not see the tasks") == 1
    assert any("Exporting" in line for line in seen)


def test_a_terminal_shows_a_table_that_redraws_itself_until_the_end(world: World) -> None:
    image = world.image(plan={"takes_s": 600})
    name = world.tell(image)["Exports"][0]["ExportId"]
    world.emulator.advance(300)
    with Terminal(["watch", name, "--interval", "0.1"], environment(world)) as terminal:
        seen = terminal.until(lambda lines: any(re.search(r"Exporting +[3-9]\d%", line) for line in lines))
        assert seen[0].split() == ["IMAGE", "WHERE", "STATUS", "GIB", "/MIN", "ENDS"]
        assert re.match(r"golden-web +prod cn-hangzhou +Exporting \d+% +\d+/140 +[\d.]+ +\d\d:\d\d$", seen[1])
        assert all(len(line) <= COLUMNS for line in seen)
        world.follow(image)
        assert terminal.end() == 0
        assert terminal.shown[-2].split()[:5] == ["golden-web", "prod", "cn-hangzhou", "Completed", "140/140"]
        assert "\x1b[?25h" in terminal.drawn.split("\x1b[?25l")[-1]  # the cursor is there again


def test_ctrl_c_ends_it_with_130_and_one_word(world: World) -> None:
    world.tell(world.image())
    with Terminal(["watch", "--interval", "60"], environment(world)) as terminal:
        terminal.until(lambda lines: any("running" in line for line in lines))
        terminal.press("c")
        assert (terminal.end(), terminal.shown[-1]) == (130, "stopped")


@pytest.mark.parametrize("plain", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_no_colour_where_none_is_wanted(world: World, plain: dict[str, str]) -> None:
    image = world.image()
    name = world.tell(image)["Exports"][0]["ExportId"]
    world.follow(image)
    with Terminal(["watch", name], {**environment(world), **plain}) as terminal:
        assert terminal.end() == 0
        assert "\x1b[3" not in terminal.drawn
        assert "golden-web" in terminal.drawn
