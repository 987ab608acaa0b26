"""What exists at the start: the stack of a template, and what a ground file names beside it. Then functions start.

A ground file is YAML. Each part may be left out: `environment` is what `${env(…)}` of s.yaml finds beside the shell's
own, with the emulator's address for `{endpoint}`; `parameters` are those of the stack of `--template`; `stacks` are
templates created with parameters, in this account or another; `buckets`, `networks` and `ram` are as the control calls
take them; `buses` are of EventBridge; `services` are functions of FC 2.0 that keep what they receive; `receivers` are
of webhooks, chats and heartbeats, as the control call takes them, with a `name`.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from alicloud_emulator import bodies
from alicloud_emulator.cloud import Cloud
from alicloud_emulator.errors import ApiError
from alicloud_emulator.fc import s_yaml
from alicloud_emulator.fc.definition import Function
from alicloud_emulator.identity import EXPORT_ROLE, IMPORT_ROLE, Identity, trust
from alicloud_emulator.oss import control as oss_control
from alicloud_emulator.ram import control as ram_control
from alicloud_emulator.ram.policies import PolicyName
from alicloud_emulator.receivers import control as receivers_control
from alicloud_emulator.ros import Template
from alicloud_emulator.section import SettingsError, read_yaml
from alicloud_emulator.stack import Stacks

REGION = "cn-hangzhou"  # of what names none
ENDPOINT = "{endpoint}"


def read(file: Path) -> dict[str, Any]:
    """What a ground file names; its templates are found from where it is. Raises SettingsError with the place."""
    ground = read_yaml(file)
    try:
        bodies.check(ground, bodies.GROUND)
    except ApiError as wrong:
        raise SettingsError(f"{file}: {wrong.message}") from None
    for stack in ground.get("stacks", []):
        stack["template"] = file.parent / stack["template"]
    return ground


async def start(cloud: Cloud) -> None:
    """Make what the settings name, then start the functions; the cloud's endpoint must be known."""
    lay(cloud)
    await cloud.fc.start(functions_of(cloud))


def lay(cloud: Cloud) -> None:
    """Make stacks, buckets, buses, services, receivers, roles. Raises SettingsError where one of them cannot be."""
    settings, ground = cloud.settings, cloud.settings.ground
    stacks = Stacks(cloud.identity, cloud.oss, cloud.ecs.networks)
    if settings.template:
        own = {"template": settings.template, "parameters": ground.get("parameters", {})}
        stacks.create(template_of(cloud, own))
    for stack in ground.get("stacks", []):
        stacks.create(template_of(cloud, stack))
    try:
        add_rest(cloud, ground)
    except ApiError as cause:
        raise SettingsError(f"ground: {cause.code}: {cause.message}") from cause
    add_service_roles(cloud.identity)


def template_of(cloud: Cloud, stack: Mapping[str, Any]) -> Template:
    """The template of a stack, read for where it is created."""
    account_id, region = stack.get("account_id", cloud.account_id), stack.get("region", REGION)
    return Template(Path(stack["template"]), account_id=account_id, region=region, **stack.get("parameters", {}))


def add_rest(cloud: Cloud, ground: Mapping[str, Any]) -> None:
    """What is not of a stack."""
    for bucket in ground.get("buckets", []):
        oss_control.change(cloud.oss, bucket)
    for network in ground.get("networks", []):
        cloud.ecs.networks.change(network)
    for bus in ground.get("buses", []):
        cloud.eventbridge.add_bus(bus["name"], bus.get("region", REGION))
    for one in ground.get("services", []):
        cloud.fc.add_service(one["service"], one["function"])
    for one in ground.get("receivers", []):
        settings = {key: value for key, value in one.items() if key != "name"}
        receivers_control.change(cloud.reception, one["name"], settings)
    ram_control.change(cloud.identity, ground.get("ram", {}))


SERVICE_ROLES = ((EXPORT_ROLE, "AliyunECSImageExportRolePolicy"), (IMPORT_ROLE, "AliyunECSImageImportRolePolicy"))


def add_service_roles(identity: Identity) -> None:
    """The roles that ECS uses OSS with, where they are not there: an account has both, whoever made them."""
    for name, policy in SERVICE_ROLES:
        if not identity.role(f"acs:ram::{identity.account_id}:role/{name}"):
            policies, trusted = (PolicyName("System", policy),), trust(Service=["ecs.aliyuncs.com"])
            identity.add_role(name, trust=trusted, policies=policies)


def functions_of(cloud: Cloud) -> Iterator[Function]:
    """The functions of s.yaml, on the runtime that is chosen for all of them, if one is."""
    settings = cloud.settings
    if settings.functions is None:
        return
    named = settings.ground.get("environment", {})
    environment = os.environ | {name: value.replace(ENDPOINT, cloud.endpoint) for name, value in named.items()}
    for function in s_yaml.load(settings.functions, environment, cloud.account_id):
        yield replace(function, runtime=settings.runtime or function.runtime)
