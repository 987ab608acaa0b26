"""Reads a ROS template: resources with their properties, references resolved. Pure but for reading the file.

Source: ROS "Template syntax" and "Functions" pages; of the functions, those that are used here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from alicloud_emulator.ros_types import GIVEN_IDS, PROPERTIES, name_of
from alicloud_emulator.section import Loader as PlainLoader
from alicloud_emulator.section import Section, SettingsError, read_yaml

NO_VALUE = object()  # `ALIYUN::NoValue`: the property is left out
QUANTIFIERS: Mapping[str, Callable[[Iterable[bool]], bool]] = {"Fn::And": all, "Fn::Or": any}


class Loader(PlainLoader):
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
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", read_tag)


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource as it would be created."""

    type: str
    properties: Mapping[str, Any]


class Template:
    """A template in one account and region, with these parameters, the others at their defaults."""

    def __init__(self, file: Path, *, account_id: str, region: str, **parameters: Any) -> None:
        self.account_id, self.region = account_id, region
        top = Section(read_yaml(file, Loader), file.name)
        top.ignore("Description", "Metadata")
        if str(top.required("ROSTemplateFormatVersion", str)) != "2015-09-01":
            raise top.fault("ROSTemplateFormatVersion", "want '2015-09-01'")
        self._values = {"ALIYUN::AccountId": account_id, "ALIYUN::Region": region, "ALIYUN::NoValue": NO_VALUE}
        rules = top.section("Parameters")
        if unknown := set(parameters) - set(rules.names()):
            raise rules.fault(min(unknown), "the template has no such parameter")
        self._values |= {name: read_parameter(rules.section(name), parameters.get(name)) for name in rules.names()}
        rules.end()
        self._conditions = top.optional("Conditions", dict, {})
        self._resources = top.required("Resources", dict)
        for name, value in self._resources.items():
            check_resource(Section(value, f"{file.name}.Resources.{name}"))
        outputs = top.optional("Outputs", dict, {})
        top.end()
        self.outputs = {name: self.resolve(said["Value"]) for name, said in outputs.items() if self._holds(said)}

    def resources(self, kind: str) -> list[Resource]:
        """The resources of one type whose condition holds."""
        found = [value for value in self._resources.values() if value["Type"] == kind and self._holds(value)]
        return [Resource(kind, self.resolve(value.get("Properties") or {})) for value in found]

    def id_of(self, kind: str, name: str) -> str:
        """The id of a resource of this name: the same whenever the stack is created in this account and region."""
        seen = f"{self.account_id} {self.region} {kind} {name}"
        return GIVEN_IDS[kind] + hashlib.sha256(seen.encode()).hexdigest()[:20]

    def _holds(self, said: Mapping[str, Any]) -> bool:
        return "Condition" not in said or self._condition(said["Condition"])

    def _condition(self, said: Any) -> bool:
        """Whether a condition holds, by name or written out."""
        if isinstance(said, str):
            if said not in self._conditions:
                raise SettingsError(f"{said}: no such condition")
            return self._condition(self._conditions[said])
        ((name, argument),) = said.items()
        if name == "Condition":
            return self._condition(argument)
        if name == "Fn::Equals":
            one, other = self.resolve(argument)
            return bool(one == other)
        if name == "Fn::Not":
            return not self._condition(argument[0] if isinstance(argument, list) else argument)
        if name in QUANTIFIERS:
            return QUANTIFIERS[name](self._condition(one) for one in argument)
        raise SettingsError(f"{name}: the emulator does not know this condition of ROS")

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
        resolved = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not NO_VALUE}

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
        if name == "Fn::Split":
            separator, text = argument
            return str(self.resolve(text)).split(separator)
        if name == "Fn::Select":
            number, values = argument
            return self.resolve(values)[int(number)]
        if name == "Fn::GetAZs":
            return [f"{self.resolve(argument)}-{letter}" for letter in "ab"]
        if name == "Fn::If":
            return self.resolve(argument[1] if self._condition(argument[0]) else argument[2])
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
        if not self._holds(self._resources[target]):
            raise SettingsError(f"{target}: is referred to, and its condition does not hold")
        kind, properties = self._resources[target]["Type"], self._resources[target]["Properties"]
        name = self.resolve(properties.get(name_of(kind), target))
        if kind in GIVEN_IDS:
            return self.id_of(kind, str(name))
        if attribute == "Arn" and kind == "ALIYUN::RAM::Role":
            return f"acs:ram::{self._values['ALIYUN::AccountId']}:role/{name}"
        return name


def read_parameter(rule: Section, given: Any) -> Any:
    """The value of a parameter, within its constraints."""
    rule.ignore("ConstraintDescription", "Label")
    kind, _ = rule.required("Type", str), rule.required("Description", str)
    default: Any = rule.required("Default", int if kind == "Number" else str)
    value = default if given is None else given
    allowed, pattern = rule.optional("AllowedValues", list), rule.optional("AllowedPattern", str)
    least, most = rule.optional("MinValue", int), rule.optional("MaxValue", int)
    rule.end()
    if (allowed and value not in allowed) or (pattern and not re.fullmatch(pattern, str(value))):
        raise SettingsError(f"{rule.path}: {value!r} is not allowed")
    if (least is not None and value < least) or (most is not None and value > most):
        raise SettingsError(f"{rule.path}: {value!r} is not between {least} and {most}")
    return value.split(",") if kind == "CommaDelimitedList" else value


def check_resource(said: Section) -> None:
    """Refuse a type, keys and properties that the emulator does not know."""
    if (kind := said.required("Type", str)) not in PROPERTIES:
        raise said.fault("Type", f"{kind!r} is none of {', '.join(PROPERTIES)}")
    properties = said.section("Properties")
    properties.required(name_of(kind), object)
    properties.ignore(*PROPERTIES[kind])
    properties.end()
    said.ignore("Condition", "DependsOn", "DeletionPolicy")
    said.end()
