"""Reads a ROS template: resources with their properties, references resolved. Pure but for reading the file.

Source: ROS "Template syntax" and "Functions" pages; of the functions, those that are used here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from emulator.section import Section, SettingsError

# The property that a resource is called by.
NAMES = {"ALIYUN::OSS::Bucket": "BucketName", "ALIYUN::RAM::Role": "RoleName", "ALIYUN::SLS::Project": "Name"}


class Loader(yaml.SafeLoader):
    """YAML with ROS's short tags: `!Ref x` for {Ref: x}, `!Sub x` for {Fn::Sub: x}."""


def read_tag(loader: Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    """Write a short tag out in full."""
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]  # nothing else is left
    return {"Ref" if suffix == "Ref" else f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", read_tag)


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource as it would be created."""

    type: str
    properties: Mapping[str, Any]


class Template:
    """A template in one account and region, parameters at their defaults."""

    def __init__(self, file: Path, *, account_id: str, region: str) -> None:
        top = Section(yaml.load(file.read_text(encoding="utf-8"), Loader), file.name)  # noqa: S506 - a SafeLoader
        top.ignore("Description", "Metadata", "Outputs")
        if str(top.required("ROSTemplateFormatVersion", str)) != "2015-09-01":
            raise top.fault("ROSTemplateFormatVersion", "want '2015-09-01'")
        self._values = {"ALIYUN::AccountId": account_id, "ALIYUN::Region": region}
        parameters = top.optional("Parameters", dict, {})
        self._values |= {name: rule.get("Default", "") for name, rule in parameters.items()}
        self._resources = top.required("Resources", dict)
        top.end()

    def resources(self, kind: str) -> list[Resource]:
        """The resources of one type."""
        found = [value for value in self._resources.values() if value["Type"] == kind]
        return [Resource(kind, self.resolve(value.get("Properties") or {})) for value in found]

    def resolve(self, value: Any) -> Any:
        """Replace references and functions in a value and in everything below it."""
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name == "Ref" or name.startswith("Fn::"):
                return self._call(name, argument)
        return {key: self.resolve(item) for key, item in value.items()}

    def _call(self, name: str, argument: Any) -> Any:
        if name == "Ref":
            return self._value(argument)
        if name == "Fn::GetAtt":
            target, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
            return self._attribute(target, attribute)
        if name == "Fn::Sub" and isinstance(argument, str):
            return re.sub(r"\$\{([^}!]+)\}", lambda found: str(self._named(found[1])), argument)
        if name == "Fn::Join":
            return argument[0].join(map(str, self.resolve(argument[1])))
        raise SettingsError(f"{name}: the emulator does not know this function of ROS")

    def _named(self, text: str) -> Any:
        target, dot, attribute = text.partition(".")
        return self._attribute(target, attribute) if dot else self._value(text)

    def _value(self, name: str) -> Any:
        if name in self._values:
            return self._values[name]
        return self._attribute(name, "")

    def _attribute(self, target: str, attribute: str) -> Any:
        """The name of a resource, whichever attribute holds it, or the ARN of a role."""
        if target not in self._resources:
            raise SettingsError(f"{target}: no such resource or parameter")
        kind, properties = self._resources[target]["Type"], self._resources[target]["Properties"]
        name = self.resolve(properties.get(NAMES.get(kind, attribute) or attribute, target))
        if attribute == "Arn" and kind == "ALIYUN::RAM::Role":
            return f"acs:ram::{self._values['ALIYUN::AccountId']}:role/{name}"
        return name
