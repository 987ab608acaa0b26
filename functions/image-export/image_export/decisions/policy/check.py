"""All that there is to say about a policy file: what is wrong with it, and what its author may not have meant. Pure."""

from msgspec import field

from ...values.policy import Policy
from ...values.wire import Wire
from .doubts import doubts
from .file import Fault, judge, policy_of
from .secrets_apart import hidden
from .yaml_text import Place, PolicyInvalid, Source, read_source


class Remark(Wire, frozen=True, kw_only=True):
    """One sentence about a part of the file. Where nothing tells the place, there is none."""

    line: int | None = field(name="Line", default=None)
    column: int | None = field(name="Column", default=None)
    path: str = field(name="Path")
    message: str = field(name="Message")


class Checked(Wire, frozen=True, kw_only=True):
    """What came of it: the policy has no fault, or is not used at all."""

    valid: bool = field(name="Valid")
    faults: tuple[Remark, ...] = field(name="Faults", default=())
    warnings: tuple[Remark, ...] = field(name="Warnings", default=())


def check_policy(text: bytes) -> tuple[Checked, Policy | None]:
    """Every fault; and of a valid policy every warning, and what it means."""
    try:
        source = read_source(text)
    except PolicyInvalid as fault:
        return Checked(valid=False, faults=(_ended(fault),)), None
    file, faults = judge(source)
    if file is None:
        return Checked(valid=False, faults=tuple(_remark(source, one) for one in faults)), None
    warnings = tuple(_remark(source, Fault(*one)) for one in doubts(file))
    return Checked(valid=True, warnings=warnings), policy_of(file)


def _remark(source: Source, fault: Fault) -> Remark:
    place = fault.place(source)
    return Remark(
        line=place.line, column=place.column, path=hidden(fault.shown or fault.path), message=hidden(fault.words)
    )


def _ended(fault: PolicyInvalid) -> Remark:
    """Reading has ended there; its message names the place already, in the file's usual name."""
    place = fault.place or Place(1)
    words = fault.cause.message.removeprefix(f"line {place.line}: ")
    words = words.replace(f" in policy.yaml, line {place.line}, column {place.column}", "")
    return Remark(line=place.line, column=place.column, path="policy", message=words)
