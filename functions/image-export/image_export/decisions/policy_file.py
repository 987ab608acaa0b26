"""From the text of policy.yaml to a Policy, strictly: every fault with its path, all together. Pure."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, get_args, get_origin

import msgspec

from ..errors import OurFault
from ..values.cause import Cause
from ..values.match import gib, span
from ..values.policy import Policy, PolicyFile, Rule
from ..values.strict import Strict
from .advice import meant, must_be, shown

LARGEST = 256 * 1024
INTEGER_BITS = 64
TOLD_MAX = 50  # of the faults; whoever has more knows what to do


def read_policy(text: bytes) -> Policy:
    """The policy. Raises OurFault `PolicyInvalid`: every fault with its path and what would be right."""
    tree = _yaml(text)
    faults = list(_faults(tree, PolicyFile, "policy"))
    if faults:
        raise _invalid(_told(faults))
    file = msgspec.convert(tree, PolicyFile)
    faults = list(_contradictions(file))
    if faults:
        raise _invalid(_told(faults))
    targets = tuple(target for entry in file.notify if (target := entry.target()))
    return Policy(accounts=file.accounts, rules=file.rules, notify=targets)


def _told(faults: list[str]) -> str:
    more = [f"and {len(faults) - TOLD_MAX} more"] if len(faults) > TOLD_MAX else []
    return "; ".join([*faults[:TOLD_MAX], *more])


def _invalid(message: str) -> OurFault:
    advice = "Correct policy.yaml and deploy again; nothing is exported until then."
    return OurFault(Cause(code="PolicyInvalid", message=message, recommend=advice))


def _yaml(text: bytes) -> Any:
    """Safe YAML without aliases (a few lines of them unfold to gigabytes) and without duplicate keys."""
    import yaml  # here, since an instance reads the policy once

    class Loader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):  # type: ignore[misc]
        def construct_object(self, node: Any, deep: bool = False) -> Any:
            try:
                return _plain(super().construct_object(node, deep))
            except (ValueError, LookupError, TypeError, AttributeError) as cause:  # as PyYAML's own readers stumble
                raise _invalid(_unreadable(node)) from cause

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            pairs = node.value if isinstance(node, yaml.MappingNode) else []  # a tag may say so of anything
            keys = Counter(str(self.construct_object(key, deep=True)) for key, _ in pairs)
            twice = sorted(key for key, times in keys.items() if times > 1)
            if twice:
                raise _invalid(f"line {node.start_mark.line + 1}: {', '.join(twice)} is given twice")
            mapping: dict[Any, Any] = super().construct_mapping(node, deep)
            return mapping

    if len(text) > LARGEST:
        raise _invalid(f"policy is {len(text)} bytes long, at most {LARGEST} are read")
    try:
        for event in yaml.parse(text, Loader=Loader):
            if isinstance(event, yaml.AliasEvent):
                line = event.start_mark.line + 1 if event.start_mark else 1
                alias = f"line {line}: aliases are not allowed (*{event.anchor})"
                raise _invalid(f'{alias}; a glob stands in quotes: "*{event.anchor}"')
        return yaml.load(text, Loader=Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as cause:
        said = " ".join(str(cause).split()).replace('"<byte string>"', "policy.yaml")
        raise _invalid(f"policy is not YAML: {said}") from cause


def _plain(value: Any) -> Any:
    """The value, if messages and logs can hold it. Raises ValueError for lone surrogates and endless numbers."""
    if isinstance(value, str):
        value.encode()
    elif isinstance(value, int) and value.bit_length() > INTEGER_BITS:
        raise ValueError("a number that nothing here can mean")
    return value


def _unreadable(node: Any) -> str:
    kind = node.tag.rsplit(":", 1)[-1]
    return (
        f"line {node.start_mark.line + 1}: {shown(node.value)} is read as {kind} and is none; a text stands in quotes"
    )


def _faults(value: Any, kind: Any, path: str) -> Iterator[str]:
    """Descend while the shape is known, so that each fault is found where it stands."""
    struct = next((one for one in (kind, *get_args(kind)) if isinstance(one, type) and issubclass(one, Strict)), None)
    parts = _parts(kind)
    if struct and isinstance(value, dict):
        yield from _struct_faults(value, struct, path)
    elif _origin(kind) is tuple and isinstance(value, list):
        yield from _length_fault(value, kind, path)
        for number, one in enumerate(value):
            yield from _faults(one, parts[0], f"{path}[{number}]")
    elif _origin(kind) is dict and isinstance(value, dict):
        yield from _length_fault(value, kind, path)
        for key, one in value.items():
            yield from _own_fault(key, parts[0], f"{path}.{key}")
            yield from _faults(one, parts[1], f"{path}.{key}")
    else:
        yield from _own_fault(value, kind, path)


def _struct_faults(value: dict[Any, Any], struct: type[Strict], path: str) -> Iterator[str]:
    fields = {field.name: field for field in msgspec.structs.fields(struct)}
    for key in value:
        if key not in fields:
            yield f"{path}.{key}: unknown key, {meant(key, fields)}"
    for name, field in fields.items():
        if name in value and value[name] is None:
            yield f"{path}.{name}: is empty; give it a value, or leave it out where it is optional"
        elif name in value:
            yield from _faults(value[name], field.type, f"{path}.{name}")
        elif field.required:
            yield f"{path}.{name}: missing"


def _own_fault(value: Any, kind: Any, path: str) -> Iterator[str]:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as fault:
        right = must_be(kind) or str(fault).replace("`", "")
        yield f"{path}: is {'empty' if value is None else shown(value)}; {right}"


def _length_fault(value: Any, kind: Any, path: str) -> Iterator[str]:
    """Only an empty list or object is a fault of its own; what it holds is found with its own path."""
    if not value:
        yield from _own_fault(value, kind, path)


def _origin(kind: Any) -> Any:
    return get_origin(_bare(kind))


def _parts(kind: Any) -> list[Any]:
    """The type of a tuple's items, or those of a dict's keys and values."""
    return [part for part in get_args(_bare(kind)) if part is not Ellipsis]


def _bare(kind: Any) -> Any:
    return kind.__origin__ if hasattr(kind, "__metadata__") else kind


def _contradictions(file: PolicyFile) -> Iterator[str]:
    """What each part allows and the whole does not."""
    accounts = [account.account_id for account in file.accounts]
    for number, account in enumerate(file.accounts):
        if accounts.index(account.account_id) != number:
            yield f"policy.accounts[{number}].role_arn: account {account.account_id} has a role already"
    for place, named in (("accounts", file.accounts), ("rules", file.rules)):
        names = [one.name for one in named]
        for number, name in enumerate(names):
            if names.index(name) != number:
                yield f"policy.{place}[{number}].name: {name} is taken"
    for number, rule in enumerate(file.rules):
        yield from (f"policy.rules[{number}].{fault}" for fault in _impossible(rule))
    for number, entry in enumerate(file.notify):
        if entry.eventbridge and entry.eventbridge.bus == "default":
            yield f"policy.notify[{number}].eventbridge.bus: is default, which takes no custom events; name another"
        elif entry.target() is None:
            given = "both" if entry.function else "neither"
            yield f"policy.notify[{number}]: is {given} of eventbridge and function; it must be exactly one of them"


def _impossible(rule: Rule) -> Iterator[str]:
    """Bounds between which there is no image, and words for occasions that never are."""
    match = rule.match
    if match.os_type == "windows":
        yield "match.os_type: is windows, and ECS exports no Windows images; leave the rule out"
    if match.older_than and "nightly" not in rule.when:
        yield f"match.older_than: is {match.older_than}, and what was just created is not; add nightly to when"
    if rule.max_per_run and "nightly" not in rule.when:
        yield f"max_per_run: is {rule.max_per_run}, which only nightly runs count; add nightly to when, or leave it out"
    if match.older_than and match.newer_than and span(match.older_than) >= span(match.newer_than):
        yield f"match.older_than: {match.older_than} leaves nothing that is newer_than {match.newer_than}"
    if match.larger_than and match.smaller_than and gib(match.smaller_than) - gib(match.larger_than) < 2:
        yield f"match.larger_than: {match.larger_than} leaves nothing that is smaller_than {match.smaller_than}"
