"""A request in the ExportImage API's own parameters, read strictly; all its faults in one answer (DESIGN §4.1). Pure.

`Parameters` is the one source of names, types and patterns: requests are decoded by it and described by it.
"""

import difflib
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from ..errors import AskerFault
from ..values.arrival import DirectRequest
from ..values.cause import Cause
from ..values.policy import BucketName, RegionId
from ..values.wire import END, Wire

IMAGE_ID = r"^m-[A-Za-z0-9]{1,60}" + END
FORMATS = ("raw", "vhd", "qcow2", "vmdk", "vdi")
OTHER_SPELLING = {"OssBucket": "OSSBucket", "OssPrefix": "OSSPrefix"}  # the original page's (facts §0)

ImageId = Annotated[str, Meta(pattern=IMAGE_ID, description="A custom image's id")]
OSSPrefix = Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{1,30}" + END, description="1 to 30 letters or digits")]
Format = Annotated[str, Meta(pattern=r"(?i)^(raw|vhd|qcow2|vmdk|vdi)" + END, description="Not raw: some regions only")]
RoleName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,64}" + END, description="The role that ECS writes with")]
Token = Annotated[str, Meta(pattern=r"^[\x21-\x7e]{1,64}" + END, description="1 to 64 printable ASCII characters")]
AccountId = Annotated[str, Meta(pattern=r"^\d{5,20}" + END, description="Needed where the policy has several accounts")]


class Parameters(Wire, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a request may say, spelled as the API does."""

    region_id: RegionId | UnsetType = UNSET
    image_id: ImageId
    oss_bucket: BucketName
    oss_prefix: OSSPrefix | UnsetType = UNSET
    image_format: Format | UnsetType = UNSET
    role_name: RoleName | UnsetType = UNSET
    client_token: Token | UnsetType = UNSET
    account_id: AccountId | UnsetType = UNSET
    dry_run: bool | UnsetType = UNSET


FIELDS = {field.encode_name: field for field in msgspec.structs.fields(Parameters)}


def read_direct(fields: Mapping[str, Any]) -> DirectRequest:
    """The request. Raises AskerFault 400 with the first fault's code and a message that lists every one."""
    given, faults = _with_one_spelling(fields)
    faults += [*_unknown(given), *_missing(given), *_invalid(given)]
    if faults:
        message = " ".join(message for _, message in faults)
        raise AskerFault(Cause(code=faults[0][0], message=message, recommend="Correct the request and send it again."))
    read = msgspec.convert(given, Parameters)
    values = {name: value for name, value in msgspec.structs.asdict(read).items() if value is not UNSET}
    return DirectRequest(**{**values, "image_format": str(values.get("image_format", "raw")).lower()})


Fault = tuple[str, str]  # code and message


def _with_one_spelling(fields: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    given, faults = dict(fields), []
    for other, name in OTHER_SPELLING.items():
        if other in given and name in given:
            faults.append(("InvalidParameter", f"{name} and {other} are the same parameter; give one of them."))
        if other in given:
            given.setdefault(name, given.pop(other))
            given.pop(other, None)
    return given, faults


def _unknown(given: Mapping[str, Any]) -> Iterator[Fault]:
    for name in given:
        if name not in FIELDS:
            near = difflib.get_close_matches(name, FIELDS, n=1)
            meant = f"did you mean {near[0]}?" if near else f"known are {', '.join(FIELDS)}."
            yield "UnknownParameter", f"{name[:64]!r} is not a parameter; {meant}"


def _missing(given: Mapping[str, Any]) -> Iterator[Fault]:
    for name, field in FIELDS.items():
        if field.required and name not in given:
            yield "MissingParameter", f"{name} is required."


def _invalid(given: Mapping[str, Any]) -> Iterator[Fault]:
    for name, field in FIELDS.items():
        if name in given:
            try:
                msgspec.convert(given[name], field.type)
            except msgspec.ValidationError as fault:
                said = str(fault).replace("matching regex", "like").replace("`", "")
                shown = repr(given[name])
                yield "InvalidParameter", f"{name} is {shown[:80]}: {said}."
