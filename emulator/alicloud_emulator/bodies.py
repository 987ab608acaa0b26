"""What the control calls take: held against a schema at the door, so that a slip is named and has changed nothing.

An image's fields are those of DescribeImages (SDK alibabacloud-ecs20140526).
"""

import json
from collections.abc import Mapping
from typing import Any

import jsonschema_rs

from alicloud_emulator.ecs.detection import ITEMS
from alicloud_emulator.ecs.instances.guest import OUTCOMES as OF_GUESTS
from alicloud_emulator.ecs.instances.guest import SAYS
from alicloud_emulator.ecs.instances.types import TYPES
from alicloud_emulator.ecs.plan import OUTCOMES
from alicloud_emulator.errors import ApiError
from alicloud_emulator.faults import KINDS
from alicloud_emulator.receivers import kinds as receivers

Schema = Mapping[str, Any]

ANY: Schema = {}
TEXT: Schema = {"type": "string"}
NAME: Schema = {"type": "string", "minLength": 1}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
ID: Schema = {"type": ["string", "integer"]}
SECONDS: Schema = {"type": "number", "minimum": 0, "maximum": 3_200_000_000}
OBJECT: Schema = {"type": "object"}
TIME: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z$"}


def one_of(*values: str | None) -> Schema:
    """One of these and nothing else."""
    return {"enum": list(values)}


def list_of(items: Schema) -> Schema:
    """A list of such items."""
    return {"type": "array", "items": items}


def object_of(needed: Mapping[str, Schema], **others: Schema) -> Schema:
    """An object with these members and no others."""
    properties = {**needed, **others}
    return {"type": "object", "properties": properties, "required": [*needed], "additionalProperties": False}


PLAN = object_of(
    {},
    outcome=one_of(*OUTCOMES),
    takes_s={**SECONDS, "type": ["number", "null"]},
    code=TEXT,
    message=TEXT,
    support_cancel=FLAG,
)
TAG = object_of({}, **dict.fromkeys(("TagKey", "TagValue", "Key", "Value"), TEXT))
DISK = object_of(
    {},
    **dict.fromkeys(("Device", "SnapshotId", "Format", "ImportOSSBucket", "ImportOSSObject", "Progress"), TEXT),
    **dict.fromkeys(("Size", "RemainTime"), ID),
    Type=one_of("system", "data"),
    Encrypted=FLAG,
)
IMAGE: Mapping[str, Schema] = {
    **dict.fromkeys(("ImageId", "ImageName"), NAME),
    **dict.fromkeys(("Description", "ImageFamily", "ImageVersion", "OSName", "OSNameEn", "Platform", "Progress"), TEXT),
    **dict.fromkeys(("ProductCode", "ResourceGroupId", "SupplierName", "IsSelfShared"), TEXT),
    **dict.fromkeys(("IsCopied", "IsPublic", "IsSubscribed", "IsSupportCloudinit", "IsSupportIoOptimized"), FLAG),
    **dict.fromkeys(("EncryptedSnapshots", "LoginAsNonRootSupported"), FLAG),
    **dict.fromkeys(("Features", "DetectionOptions"), OBJECT),
    "Architecture": one_of("x86_64", "i386", "arm64"),
    "BootMode": one_of("BIOS", "UEFI", "UEFI-Preferred"),
    "CreationTime": TIME,
    "DiskDeviceMappings": object_of({"DiskDeviceMapping": list_of(DISK)}),
    "ImageOwnerAlias": one_of("self", "system", "others", "marketplace"),
    "ImageOwnerId": ID,
    "OSType": one_of("linux", "windows"),
    "Size": COUNT,
    "Status": one_of("Creating", "Waiting", "Available", "UnAvailable", "CreateFailed", "Deprecated", "Deleted"),
    "Tags": object_of({"Tag": list_of(TAG)}),
    "Usage": one_of("instance", "none"),
    "_export": PLAN,
}
NEW_IMAGE = object_of({"RegionId": NAME}, **IMAGE)
CHANGED_IMAGE = object_of({}, **IMAGE)
TASK = object_of(
    dict.fromkeys(("RegionId", "ImageId", "OSSBucket"), NAME), OSSPrefix=TEXT, ImageFormat=TEXT, _export=PLAN
)
QUOTAS = object_of(
    {},
    **dict.fromkeys(("concurrent_exports", "weekly_exports", "api_qps", "instances", "images", "ecs_instances"), COUNT),
    **dict.fromkeys(("exports_enabled", "imports_enabled"), FLAG),
)
IMPORTS = object_of(
    {},
    ImageName=NAME,
    outcome=one_of("finish", "fail", "stall", "cancel"),
    takes_s={**SECONDS, "type": ["number", "null"]},
    code=TEXT,
    message=TEXT,
    support_cancel=FLAG,
    risks={"type": "object", "propertyNames": one_of(*ITEMS), "additionalProperties": one_of("High", "Medium")},
)
GUESTS = object_of(
    {},
    ImageName=NAME,
    outcome=one_of(*OF_GUESTS),
    says=one_of(*SAYS),
    text={"type": ["string", "null"]},
    agent=FLAG,
    **dict.fromkeys(("starts_s", "speaks_s", "agent_s", "command_s"), SECONDS),
    exit_code={"type": "integer", "minimum": 0, "maximum": 255},
    **dict.fromkeys(("output", "command_error"), TEXT),
)
NETWORK = object_of(
    dict.fromkeys(("vswitch", "vpc"), NAME),
    **dict.fromkeys(("zone", "region", "account_id"), NAME),
    default=FLAG,
    security_groups=list_of(NAME),
)
STOCK = object_of({}, **dict.fromkeys(("sold_out", "not_offered"), list_of(one_of(*TYPES))))
CLOCK = object_of({"advance_s": SECONDS})
CODE = object_of({"code": NAME})
FAULT = object_of(
    {
        "service": NAME,
        "action": NAME,
        "kind": {"type": "string", "pattern": f"^({'|'.join(sorted(KINDS))}|code:.+)$"},
    },
    **dict.fromkeys(("times", "skip"), COUNT),
    key=TEXT,
    params={"type": "object", "additionalProperties": TEXT},
    delay_s=SECONDS,
    says=TEXT,
    share={"type": "number", "minimum": 0, "maximum": 1},
)
FAULTS = list_of(FAULT)
BUCKET = object_of(
    {"name": NAME},
    region=NAME,
    account_id=NAME,
    storage_class=one_of("Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive"),
    encryption=one_of("AES256", "KMS", "SM4", None),
    versioning=one_of("Enabled", "Suspended", None),
)


def one_or_several(item: Schema) -> Schema:
    """One of them, or a list of at least one."""
    return {"anyOf": [item, {**list_of(item), "minItems": 1}]}


EACH: Mapping[str, Schema] = {"token": NAME, "per_minute": {"type": "integer", "minimum": 1}}
SECRET, KEYWORD = one_or_several({"type": "string", "pattern": "^SEC."}), one_or_several(NAME)
# What each kind of receiver takes beside what `RECEIVER` names.
RECEIVERS: Mapping[str, Schema] = {
    "webhook": object_of({"kind": ANY, "secret": one_or_several(NAME)}, **EACH),
    "dingtalk": object_of({"kind": ANY}, secret=SECRET, keyword=KEYWORD, **EACH),
    "feishu": object_of({"kind": ANY}, secret=one_or_several(NAME), keyword=KEYWORD, **EACH),
    **dict.fromkeys(("wecom", "slack", "heartbeat"), object_of({"kind": ANY}, **EACH)),
}
RECEIVER: Schema = {"type": "object", "properties": {"kind": one_of(*receivers.KINDS)}, "required": ["kind"]}
ROLE = object_of({}, trust=OBJECT, policies=list_of(TEXT))
BUS = object_of({"name": NAME}, region=NAME)
SERVICE = object_of({"service": NAME, "function": NAME})
STACK = object_of({"template": NAME}, account_id=NAME, region=NAME, parameters=OBJECT)
RAM = object_of(
    {},
    policies={"type": "object", "additionalProperties": OBJECT},
    roles={"type": "object", "additionalProperties": {**ROLE, "type": ["object", "null"]}},
)
GROUND = object_of(
    {},
    environment={"type": "object", "additionalProperties": TEXT},
    parameters=OBJECT,
    stacks=list_of(STACK),
    buckets=list_of(BUCKET),
    buses=list_of(BUS),
    networks=list_of(NETWORK),
    services=list_of(SERVICE),
    receivers=list_of(
        {**RECEIVER, "properties": {**RECEIVER["properties"], "name": NAME}, "required": ["name", "kind"]}
    ),
    ram=RAM,
)


def read(text: bytes, schema: Schema) -> Any:
    """The JSON, if the schema allows it. Raises ApiError 400 with the place."""
    try:
        tree = json.loads(text or b"{}")
    except ValueError as cause:
        raise ApiError(400, "InvalidBody", f"the body is no JSON: {cause}") from cause
    check(tree, schema)
    return tree


def check(tree: Any, schema: Schema) -> None:
    """Raises ApiError 400 with the place where the schema does not allow it."""
    try:
        jsonschema_rs.validate(dict(schema), tree)
    except jsonschema_rs.ValidationError as wrong:
        raise ApiError(400, "InvalidBody", said(wrong)) from None


def said(wrong: jsonschema_rs.ValidationError) -> str:
    """The place, and what is wrong there."""
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in wrong.instance_path)
    known = wrong.kind.options if isinstance(wrong.kind, jsonschema_rs.ValidationErrorKind.Enum) else None
    what = f"{wrong.instance!r} is none of {', '.join(map(str, known))}" if known else wrong.message
    return f"{place.lstrip('.') or 'the body'}: {what}"
