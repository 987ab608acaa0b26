"""A request in ExportImage's own parameters, read strictly; all its faults in one answer (docs/http-api.md). Pure.

`Parameters` is the one source of names, types and patterns: requests are decoded by it and described by it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

from ...errors import AskerFault
from ...values.arrival import DirectRequest
from ...values.cause import Cause
from ...values.export import ImageFormat
from ...values.policy import BucketName, RegionId
from ...values.wire import END, Wire
from ..wording import misfit, plain, shown, suggestion

IMAGE_ID = r"^m-[A-Za-z0-9]{1,60}" + END
ACCOUNT_ID = r"^[0-9]{5,20}" + END
OTHER_SPELLING = {"OssBucket": "OSSBucket", "OssPrefix": "OSSPrefix"}  # 2018 (docs/cloud-facts.md#fact-0)

ImageId = Annotated[
    str, Meta(pattern=IMAGE_ID, description="the id of a custom image: m- and 1 to 60 letters or digits")
]
OSSPrefix = Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{1,30}" + END, description="1 to 30 letters or digits")]
Format = Annotated[
    ImageFormat, Meta(description="raw, vhd, qcow2, vmdk or vdi, in any letter case; some regions export raw only")
]
RoleName = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9._-]{1,64}" + END, description="the name of the RAM role that ECS writes to OSS with"),
]
Token = Annotated[str, Meta(pattern=r"^[\x21-\x7e]{1,64}" + END, description="1 to 64 printable ASCII characters")]
AccountId = Annotated[
    str, Meta(pattern=ACCOUNT_ID, description="a text of 5 to 20 digits; needed where the policy has several accounts")
]
DryRun = Annotated[bool, Meta(description="true or false; true decides everything and starts nothing")]
Action = Annotated[Literal["ExportImage"], Meta(description="ExportImage")]
Version = Annotated[Literal["2014-05-26"], Meta(description="2014-05-26")]


class Parameters(Wire, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a request may say, spelled as the API does; null is as if it were left out. Action and Version may stay."""

    action: Action | UnsetType | None = field(name="Action", default=UNSET)
    version: Version | UnsetType | None = field(name="Version", default=UNSET)
    region_id: RegionId | UnsetType | None = field(name="RegionId", default=UNSET)
    image_id: ImageId = field(name="ImageId")
    oss_bucket: BucketName = field(name="OSSBucket")
    oss_prefix: OSSPrefix | UnsetType | None = field(name="OSSPrefix", default=UNSET)
    image_format: Format | UnsetType | None = field(name="ImageFormat", default=UNSET)
    role_name: RoleName | UnsetType | None = field(name="RoleName", default=UNSET)
    client_token: Token | UnsetType | None = field(name="ClientToken", default=UNSET)
    account_id: AccountId | UnsetType | None = field(name="AccountId", default=UNSET)
    dry_run: DryRun | UnsetType | None = field(name="DryRun", default=UNSET)


FIELDS = {one.encode_name: one for one in msgspec.structs.fields(Parameters)}
PLAIN_NAMES = frozenset(map(plain, FIELDS))
UNKNOWN_NAMED = 10  # of the names that are none; a message does not grow with what a stranger sends

Fault = tuple[str, str]  # code and message


def names_a_bucket(fields: Mapping[str, Any]) -> bool:
    """Whether an object has OSSBucket, in whatever spelling: nothing but a request does."""
    return any(plain(name) == "ossbucket" for name in fields)


def names_an_image(fields: Mapping[str, Any]) -> bool:
    """Whether an object has ImageId, or in another spelling that and nothing but our parameters."""
    names = {plain(name) for name in fields}
    return "ImageId" in fields or ("imageid" in names and names <= PLAIN_NAMES)


def _not_known(name: str) -> str:
    return f"{shown(name)} is not a parameter; {suggestion(name, FIELDS)}"


def read_direct(fields: Mapping[str, Any], not_known: Callable[[str], str] = _not_known) -> DirectRequest:
    """The request. Raises AskerFault 400 with the first fault's code and a message that lists every one.

    `not_known`: what an entrance says of a name that is no parameter.
    """
    given, faults = _with_one_spelling(fields)
    faults += [*_unknown(given, not_known), *_missing(given), *_invalid(given)]
    if faults:
        message = " ".join(message for _, message in faults)
        raise AskerFault(Cause(code=faults[0][0], message=message, recommend="Correct the request and send it again."))
    read = msgspec.convert({name: _as_written(name, value) for name, value in given.items()}, Parameters)
    said = {name: value for name, value in msgspec.structs.asdict(read).items() if value is not UNSET}
    return DirectRequest(**{name: value for name, value in said.items() if name in DirectRequest.__struct_fields__})


def _as_written(name: str, value: Any) -> Any:
    """Formats are taken in any letter case."""
    return value.lower() if name == "ImageFormat" and isinstance(value, str) else value


def _with_one_spelling(fields: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """The parameters that are given; null is as if it were left out, of a required one too."""
    given: dict[str, Any] = {}
    faults = []
    for name, value in fields.items():
        spelled = OTHER_SPELLING.get(name, name)
        if value is None and spelled in FIELDS:
            continue
        if spelled != name and fields.get(spelled) is not None:
            faults.append(("InvalidParameter", f"{spelled} and {name} are the same parameter; give one of them."))
        else:
            given[spelled] = value
    return given, faults


def _unknown(given: Mapping[str, Any], said: Callable[[str], str]) -> Iterator[Fault]:
    names = [name for name in given if name not in FIELDS]
    for name in names[:UNKNOWN_NAMED]:
        yield "UnknownParameter", said(name)
    if len(names) > UNKNOWN_NAMED:
        yield "UnknownParameter", f"Nor are {len(names) - UNKNOWN_NAMED} more."


def _missing(given: Mapping[str, Any]) -> Iterator[Fault]:
    for name, one in FIELDS.items():
        if one.required and name not in given:
            yield "MissingParameter", f"{name} is required."


def _invalid(given: Mapping[str, Any]) -> Iterator[Fault]:
    for name, one in FIELDS.items():
        right = misfit(_as_written(name, given[name]), one.type) if name in given else None
        if right:
            yield "InvalidParameter", f"{name} is {shown(given[name])}; {right}."
