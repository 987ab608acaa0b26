"""The settings that all functions of s.yaml share, and what is wrong in them. Pure: the shell is given."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from image_export.decisions.settings_text import read_settings
from image_export.errors import OurFault
from image_export.values.settings import Settings

from .finding import Finding, ok, wrong
from .serverless import Function

SHARED: dict[str, Callable[[Settings], str]] = {
    "IMAGE_EXPORT_LEDGER": lambda settings: f"oss://{settings.ledger_bucket}/{settings.ledger_prefix}",
    "IMAGE_EXPORT_POLICY": lambda settings: settings.policy,
    "IMAGE_EXPORT_ENDPOINT": lambda settings: settings.endpoint or "none",
}
ONE = "Give all functions the same one: it belongs under vars.environment of s.yaml, which each of them has."


def shared_settings(functions: Sequence[Function], environ: Mapping[str, str]) -> tuple[Settings | None, list[Finding]]:
    """Those of the first function; all must be valid, and have one ledger, policy and endpoint."""
    read: dict[str, Settings] = {}
    refused: dict[tuple[str, str | None], list[str]] = {}  # the functions of each fault and advice
    for function in functions:
        try:
            read[function.name] = read_settings(function.environment)
        except OurFault as fault:
            advice = _in_shell(function, fault.cause.message, environ) or fault.cause.recommend
            refused.setdefault((fault.cause.message, advice), []).append(function.name)
    faults = [
        wrong(f"settings of {', '.join(names)}", f"{message.removesuffix('.')}.", advice)
        for (message, advice), names in refused.items()
    ]
    faults += [wrong("settings", message, ONE) for message in _different(read)]
    if faults or not read:
        return None, faults
    first = next(iter(read.values()))
    return first, [ok("settings", f"Are valid; the ledger is oss://{first.ledger_bucket}/{first.ledger_prefix}.")]


def _in_shell(function: Function, message: str, environ: Mapping[str, str]) -> str | None:
    """What to do where a value that is named came from the shell, for s.yaml is not at fault then."""
    names = [
        name for name, value in function.environment.items() if name in message and value and environ.get(name) == value
    ]
    return f"Correct or unset {', '.join(names)} in your shell, from which s.yaml takes it." if names else None


def _different(read: Mapping[str, Settings]) -> Iterator[str]:
    """Each variable that is not one for all, with who has which value; those of the fewest first."""
    for variable, value_of in SHARED.items():
        having: dict[str, list[str]] = {}
        for name, settings in read.items():
            having.setdefault(value_of(settings), []).append(name)
        if len(having) > 1:
            rarest = sorted(having.items(), key=lambda one: len(one[1]))
            told = [f"{value} in {', '.join(names)}" for value, names in rarest]
            yield f"{variable} differs: {'; '.join(told)}."
