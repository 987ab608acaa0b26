"""Every `s …` command of README and docs/ means what it is there for, by Serverless Devs' own reading of its words."""

import json
import re
import shlex
import subprocess
from typing import Any

import pytest

from tests.documents import DOCUMENTS, ROOT, blocks
from tests.patience import HANGS_S

from .environments import node_command, node_environment

pytestmark = pytest.mark.prove
ALL = ["event", "http", "nightly", "watch", "unpack", "maintain"]
# What each command of the docs is there for; `s cli` is read by `s` itself, which hands the rest to the component.
MEANT: dict[str, tuple[str, list[str]]] = {
    "s deploy": ("deploy", ALL),
    "s remove": ("remove", ALL),
    "s event invoke -e": ("invoke", ["event"]),
    "s nightly invoke -e": ("invoke", ["nightly"]),
}
INLINE = re.compile(r"`(s (?!=)[a-z][^`]*)`")


def commands() -> list[list[str]]:
    """The words of each command that begins with `s`, in blocks of code and in sentences."""
    shown = [command.line for block in blocks() for command in block.commands]
    shown = [match[1] for line in shown if (match := re.match(r"(?:\S+=\S+ )?(s [\s\S]*)", line))]
    written = [line for name in DOCUMENTS for line in INLINE.findall((ROOT / name).read_text(encoding="utf-8"))]
    found = [shlex.split(one.replace("\\\n", " ")) for one in dict.fromkeys([*shown, *written])]
    return [words for words in found if words[1] != "cli"]


def parsed(*lines: list[str]) -> list[dict[str, Any]]:
    """The command and the resources of each line, as the tool reads it."""
    asked = json.dumps([str(ROOT / "s.yaml"), *(words[1:] for words in lines)])
    command = [*node_command("parse-spec", "parse_spec.js"), asked]
    environment = {"PATH": "/usr/bin:/bin", **node_environment("parse-spec")}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=HANGS_S, check=False)  # noqa: S603 - our own driver
    assert ran.returncode == 0, ran.stderr
    read: list[dict[str, Any]] = json.loads(ran.stdout)
    return read


def test_each_command_of_the_documents_means_what_it_is_there_for() -> None:
    lines = commands()
    said = {" ".join(words[: 4 if "-e" in words else 2]): one for words, one in zip(lines, parsed(*lines), strict=True)}
    assert said == {line: {"command": command, "resources": of} for line, (command, of) in MEANT.items()}


def test_a_resource_as_an_option_would_mean_all_of_them() -> None:
    assert parsed(["s", "invoke", "--resource", "event"]) == [{"command": "invoke", "resources": ALL}]
