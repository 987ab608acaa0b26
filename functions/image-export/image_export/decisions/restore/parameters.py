"""What somebody asks to be restored, read strictly; all its faults in one answer (docs/restore.md). Pure.

`RestoreParameters` is the one source of names, types and patterns: requests are decoded by it and described by it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

from ...errors import AskerFault
from ...values import forms
from ...values.cause import Cause
from ...values.policy import REGION
from ...values.restore.request import AskedRestore
from ...values.restore.restore import Unpack, WhichDisks
from ...values.wire import END, Wire
from ..wording import misfit, shown, suggestion
from . import names

ExportId = Annotated[
    str,
    Meta(pattern=f"^{forms.EXPORT_ID}{END}", description="the ExportId of a Completed export"),
]
Address = Annotated[
    str,
    Meta(
        pattern=rf"^oss://{forms.BUCKET}/\S.{{0,1022}}{END}",
        description="the address of a manifest, of the form oss://bucket/key",
    ),
]
Region = Annotated[
    str,
    Meta(pattern=REGION, description="the id of a region in which the policy has a destination of the account"),
]
ImageName = Annotated[str, Meta(min_length=2, max_length=128, description=f"a name of {names.WHAT_A_NAME_IS}")]
Disks = Annotated[WhichDisks, Meta(description="all or system")]
Unpacking = Annotated[Unpack, Meta(description="auto, always or never")]
RoleName = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9._-]{1,64}" + END, description="the name of the RAM role that ECS reads OSS with"),
]
Token = Annotated[str, Meta(pattern=r"^[\x21-\x7e]{1,64}" + END, description="1 to 64 printable ASCII characters")]
DryRun = Annotated[bool, Meta(description="true or false; true answers a plan and starts nothing")]


class RestoreParameters(Wire, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a request may say; null is as if it were left out. Either ExportId or Manifest is needed."""

    export_id: ExportId | UnsetType | None = field(name="ExportId", default=UNSET)
    manifest: Address | UnsetType | None = field(name="Manifest", default=UNSET)
    region_id: Region | UnsetType | None = field(name="RegionId", default=UNSET)
    image_name: ImageName | UnsetType | None = field(name="ImageName", default=UNSET)
    disks: Disks | UnsetType | None = field(name="Disks", default=UNSET)
    unpack: Unpacking | UnsetType | None = field(name="Unpack", default=UNSET)
    role_name: RoleName | UnsetType | None = field(name="RoleName", default=UNSET)
    client_token: Token | UnsetType | None = field(name="ClientToken", default=UNSET)
    dry_run: DryRun | UnsetType | None = field(name="DryRun", default=UNSET)


FIELDS = {one.encode_name: one for one in msgspec.structs.fields(RestoreParameters)}
UNKNOWN_NAMED = 10  # of the names that are none; a message does not grow with what a stranger sends

Fault = tuple[str, str]  # code and message


def _not_known(name: str) -> str:
    return f"{shown(name)} is not a parameter of a restore; {suggestion(name, FIELDS)}"


def read_restore(fields: Mapping[str, Any], not_known: Callable[[str], str] = _not_known) -> AskedRestore:
    """The request. Raises AskerFault 400 with the first fault's code and a message that lists every one.

    `not_known`: what an entrance says of a name that is no parameter.
    """
    given = {name: value for name, value in fields.items() if value is not None or name not in FIELDS}
    faults = [*_unknown(given, not_known), *_of_what(given), *_invalid(given)]
    if faults:
        message = " ".join(message for _, message in faults)
        raise AskerFault(Cause(code=faults[0][0], message=message, recommend="Correct the request and send it again."))
    return msgspec.convert(given, AskedRestore)


def _unknown(given: Mapping[str, Any], said: Callable[[str], str]) -> Iterator[Fault]:
    unknown = [name for name in given if name not in FIELDS]
    for name in unknown[:UNKNOWN_NAMED]:
        yield "UnknownParameter", said(name)
    if len(unknown) > UNKNOWN_NAMED:
        yield "UnknownParameter", f"Nor are {len(unknown) - UNKNOWN_NAMED} more."


def _of_what(given: Mapping[str, Any]) -> Iterator[Fault]:
    if "ExportId" not in given and "Manifest" not in given:
        yield "MissingParameter", "ExportId or Manifest is required."
    elif "ExportId" in given and "Manifest" in given:
        yield "InvalidParameter", "ExportId and Manifest both say what is restored; give one of them."


def _invalid(given: Mapping[str, Any]) -> Iterator[Fault]:
    for name, one in FIELDS.items():
        right = misfit(given[name], one.type) if name in given else None
        if right is None and name == "ImageName" and name in given and not names.is_name(given[name]):
            right = f"it must be a name of {names.WHAT_A_NAME_IS}"
        if right:
            yield "InvalidParameter", f"{name} is {shown(given[name])}; {right}."
