"""The command `image-export`: it starts fast, helps without an SDK, and says what is wrong with a command line."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from image_export import __version__
from image_export_cli.main import VERBS, command, main
from tests.commands import ROOT, run_here
from tests.patience import HANGS_S

TELL = "import sys; from image_export_cli.main import main; code = main(); print(code, sorted(sys.modules))"
HEAVY = {"rich", "requests", "aiohttp", "msgspec", "yaml", "aliyunsdkcore", "alibabacloud_oss_v2", "fc2", "Tea"}


def said(*arguments: str, **environ: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr."""
    done = run_here(main, [*arguments], environ)
    return done.returncode, done.stdout, done.stderr


def test_help_lists_every_verb_with_what_it_does() -> None:
    code, out, err = said("--help")
    assert (code, err) == (0, "")
    for line in (
        "  doctor    Look at a deployment and name what is wrong.",
        "  policies  Print the minimal RAM policy of each role.",
        "  events    List, show or retry what failed or was rejected.",
        "  demo      Show the main job end to end on the emulator.",
        "  schemas   Write the OpenAPI document and the JSON schemas.",
    ):
        assert line in out.splitlines()


@pytest.mark.parametrize("verb", [(), *((verb,) for verb in VERBS), ("events", "retry")], ids=" ".join)
def test_the_help_of_a_verb_imports_nothing_heavy(verb: tuple[str, ...]) -> None:
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", TELL, *verb, "--help"], capture_output=True, text=True, timeout=HANGS_S, check=True
    )
    told = done.stdout.rpartition("\n0 [")[2]
    assert not {name.strip("' ]\n") for name in told.split(",")} & HEAVY


def every_verb() -> Iterator[tuple[str, ...]]:
    """Each verb, and each verb of a group."""
    for name in VERBS:
        verb = command.get_command(click.Context(command), name)
        yield (name,)
        yield from ((name, inner) for inner in (verb.commands if isinstance(verb, click.Group) else ()))


@pytest.mark.parametrize("verb", list(every_verb()), ids=" ".join)
def test_the_help_of_a_verb_has_an_example_and_is_cut_nowhere(verb: tuple[str, ...]) -> None:
    code, out, err = said(*verb, "--help", COLUMNS="80")
    assert (code, err, "  image-export " in out[out.rindex("xample") :]) == (0, "", True)
    assert [line for line in out.splitlines()[1:] if len(line) > 80 or line.endswith(("...", "image-"))] == []


@pytest.mark.parametrize(
    ("written", "meant"), [("docter", "doctor"), ("polices", "policies"), ("Event", "events"), ("pakage", "package")]
)
def test_a_misspelled_verb_is_answered_with_the_verb_that_may_be_meant(written: str, meant: str) -> None:
    code, out, err = said(written)
    assert (code, out) == (2, "")
    assert f"No such verb '{written}'. Did you mean '{meant}'?" in err


def test_a_word_that_is_like_no_verb_is_answered_without_a_guess() -> None:
    code, _, err = said("xyzzy")
    assert code == 2
    assert "Error: No such verb 'xyzzy'. Those that there are stand in the help.\n" in err


def test_the_version_is_that_of_the_package() -> None:
    code, out, err = said("--version")
    assert (code, out, err) == (0, f"image-export {__version__}\n", "")


def seconds(*command: str) -> float:
    """The fastest of some runs, so that what else the machine does counts little."""
    taken = []
    for _ in range(7):
        began = time.perf_counter()
        subprocess.run([sys.executable, *command], capture_output=True, timeout=HANGS_S, check=True)  # noqa: S603
        taken.append(time.perf_counter() - began)
    return min(taken)


def test_help_takes_at_most_eight_times_as_long_as_an_interpreter_that_does_nothing() -> None:
    assert seconds("-m", "image_export_cli", "--help") <= 8 * seconds("-c", "pass")


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (("doktor",), "No such verb 'doktor'"),
        (("doctor", "--loud"), "No such option"),
        (("doctor", "--log", "missing.log"), "missing.log"),
        (("events", "show"), "Missing argument 'NAME…'"),
        (("events", "list", "exp-aaaaaaaaaaaaaaaa-0001"), "unexpected extra argument"),
        (("layer", "--runtime", "python2.7"), "'python2.7' is not one of 'python3.10', 'python3.12'"),
        (("demo", "--fault", "{}"), '"service" is a required property'),
    ],
)
def test_a_command_line_that_is_wrong_ends_with_2_and_says_where(arguments: tuple[str, ...], wrong: str) -> None:
    code, out, err = said(*arguments)
    assert (code, out, wrong in err) == (2, "", True), err


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        ("restore --deployment nowhere.yaml list", "restore list --deployment nowhere.yaml"),
        (
            "restore --output json --deployment=nowhere.yaml list",
            "restore list --output json --deployment=nowhere.yaml",
        ),
        (
            "restore --name list --deployment nowhere.yaml res-a",
            "restore ask --name list --deployment nowhere.yaml res-a",
        ),
        ("restore --plan --deployment nowhere.yaml list", "restore list --plan --deployment nowhere.yaml"),
        ("events --deployment nowhere.yaml retry exp-a", "events retry --deployment nowhere.yaml exp-a"),
        ("events --deployment nowhere.yaml", "events list --deployment nowhere.yaml"),
        ("token --deployment nowhere.yaml revoke ci", "token revoke --deployment nowhere.yaml ci"),
    ],
)
def test_what_is_said_before_the_verb_of_a_group_is_the_verbs(before: str, behind: str) -> None:
    asked = said(*before.split())
    assert asked == said(*behind.split())
    assert (asked[0], "nowhere.yaml" in asked[2] or "No such option" in asked[2] or "is no export" in asked[2]) == (
        2,
        True,
    )


@pytest.mark.parametrize(
    ("words", "completed"),
    [("image-export d", b"plain,doctor\nplain,drill\nplain,demo\n"), ("image-export doctor --js", b"plain,--json\n")],
)
def test_a_shell_completes_verbs_and_options(words: str, completed: bytes) -> None:
    asking = {"_IMAGE_EXPORT_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    command = [sys.executable, "-m", "image_export_cli"]
    done = subprocess.run(command, env={**os.environ, **asking}, capture_output=True, timeout=HANGS_S, check=False)  # noqa: S603 - our own program
    assert (done.returncode, done.stdout, done.stderr) == (0, completed, b"")


@pytest.mark.parametrize("verb", ["layer", "package", "demo"])
def test_what_needs_a_checkout_says_so_where_there_is_none(tmp_path: Path, verb: str) -> None:
    """Of a copy of the command alone, as an installation has it."""
    shutil.copytree(ROOT / "cli", tmp_path / "cli", ignore=shutil.ignore_patterns("__pycache__"))
    places = [tmp_path / "cli", ROOT / "functions" / "image-export", ROOT / "emulator"]
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "image_export_cli", verb],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": os.pathsep.join(map(str, places))},
        capture_output=True,
        text=True,
        timeout=HANGS_S,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "This needs a checkout of image-export" in done.stderr


def test_schemas_are_written_where_they_are_wanted(tmp_path: Path) -> None:
    assert said("schemas", "--out", str(tmp_path / "new"))[0] == 0
    for name in (
        "openapi.json",
        "policy.json",
        "manifest.json",
        "policy-check.json",
        "exports.json",
        "shown-export.json",
        "shown-images.json",
    ):
        assert (tmp_path / "new" / name).read_bytes() == (ROOT / "schemas" / name).read_bytes()
