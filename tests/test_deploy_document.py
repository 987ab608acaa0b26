"""docs/deploy.md and the files that it deploys say the same. Its commands are not run: they need an account."""

import re
import shlex

import pytest
import yaml

from alicloud_emulator.ros import Loader
from image_export_cli.doctor.checks.deploying import DEPLOY
from tests.documents import ROOT, blocks

TEXT = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
TEMPLATE = yaml.load((ROOT / "template.yml").read_text(), Loader)  # noqa: S506 - a SafeLoader
PARAMETERS = TEMPLATE["Parameters"]
VARIABLES = yaml.safe_load((ROOT / "s.yaml").read_text())["vars"]
STACKS = [
    shlex.split(command.line.replace("\\\n", " "))
    for block in blocks()
    for command in block.commands
    if command.line.startswith("aliyun ros") and "--TemplateBody" in command.line
]


def section(title: str) -> str:
    """What stands below a heading, down to the next one of the same rank."""
    return TEXT.partition(f"\n{title}\n")[2].partition(f"\n{title.split()[0]} ")[0]


def rows(title: str) -> dict[str, list[str]]:
    """The cells of a section's table, by what the first one names."""
    cells = [line.strip("| ").split(" | ") for line in section(title).splitlines() if line.startswith("| `")]
    return {name: rest for first, *rest in cells for name in re.findall(r"`([^`]+)`", first)}


def test_each_parameter_of_the_template_is_there_with_its_default() -> None:
    said = {
        name: cells[-1].replace("none", "").strip("`") for name, cells in rows("## Parameters of the template").items()
    }
    assert said == {name: str(one["Default"]) for name, one in PARAMETERS.items()}


def test_each_variable_of_s_yaml_is_there() -> None:
    assert rows("## Settings").keys() >= VARIABLES.keys()


def test_each_setting_that_the_code_reads_is_there() -> None:
    read = re.findall(r"IMAGE_EXPORT_[A-Z]+(?:_[A-Z]+)*", (ROOT / "s.yaml").read_text())
    said = {name for name in rows("## Settings") if name.startswith("IMAGE_EXPORT_")}
    assert said == {*read} - {"IMAGE_EXPORT_CODE"}
    assert "`IMAGE_EXPORT_CODE`" in section("## Settings")


@pytest.mark.parametrize("stack", STACKS, ids=" ".join)
def test_each_command_for_a_stack_gives_parameters_that_the_template_takes(stack: list[str]) -> None:
    options = dict(zip(stack[3::2], stack[4::2], strict=True))
    given = [
        options[f"--Parameters.{n}.ParameterKey"]
        for n in range(1, len(options))
        if f"--Parameters.{n}.ParameterKey" in options
    ]
    assert given
    for number, name in enumerate(given, 1):
        value, wanted = options[f"--Parameters.{number}.ParameterValue"], PARAMETERS[name]
        assert value in wanted.get("AllowedValues", [value])
        assert re.fullmatch(wanted.get("AllowedPattern", ".*"), value)
    assert options["--TemplateBody"] == "$(cat template.yml)"
    assert (ROOT / "template.yml").is_file()


def test_there_are_four_commands_for_stacks_and_six_numbered_ones() -> None:
    assert [stack[2] for stack in STACKS][-4:] == ["CreateStack", "CreateStack", "UpdateStack", "UpdateStack"]
    assert re.findall(r"^### (\d)\. ", TEXT, re.MULTILINE) == ["1", "2", "3", "4", "5", "6"]


@pytest.mark.parametrize("title", ["## Six commands", "## Upgrade"])
def test_the_doctors_command_to_deploy_is_the_one_of_the_document(title: str) -> None:
    assert f"```sh\n{DEPLOY}\n```" in section(title)


def test_the_document_says_that_nobody_has_run_its_commands() -> None:
    assert "CI does not run them" in " ".join(TEXT.split())
