"""What `env:NAME` in the policy stands for: a variable of the function, and a secret from the moment it is read."""

import base64
import re
from collections.abc import Mapping
from urllib.parse import unquote, unquote_plus, urlsplit

from ...errors import Refused
from ...values.cause import Cause
from ..runtime.redaction import KNOWN, SHORTEST_SECRET

SCHEME = "env:"
WORD = re.compile(r"[a-z-]{0,15}")  # of a service or a place, which logs may say: services, cn-hangzhou
PREFIX = re.compile(r"^(?:whsec_|SEC)")  # of a webhook's secret, and of a robot's of DingTalk
MISSING = "VariableMissing"


def variable(environ: Mapping[str, str], named: str) -> str:
    """The value of `env:NAME`, hidden in every log and fault from now on. Raises Refused where there is none."""
    name = named.removeprefix(SCHEME)
    value = environ.get(name, "").strip()
    if not value:
        message = f"The function has no environment variable {name}."
        advice = f"Set {name} where s.yaml is deployed from, name it in environmentVariables, and deploy again."
        raise Refused(Cause(code=MISSING, message=message, recommend=advice))
    _hide(value)
    return value


def is_set(environ: Mapping[str, str], named: str) -> bool:
    """Whether there is a value of `env:NAME`."""
    return bool(environ.get(named.removeprefix(SCHEME), "").strip())


def _hide(value: str) -> None:
    """The whole, a secret without its prefix, and of an address each part that may be a key; each in Base64, too."""
    try:
        parts = urlsplit(value)
    except ValueError:  # it is no address, and is not called
        KNOWN.keep(value)
        return
    asked = [pair.partition("=")[2].strip("=") or pair for pair in parts.query.split("&")]
    written = [*re.split("[/;=]", parts.path), *asked, parts.fragment]
    read = [one for part in written for one in (unquote_plus(part), *re.split("[/;]", unquote(part)))]
    keys = {one for one in (*written, *read) if not WORD.fullmatch(one)}
    bare = PREFIX.sub("", value)
    for one in (value, bare, parts.password or "", *sorted(keys, key=len, reverse=True)):
        KNOWN.keep(one, *_in_base64(one))


def _in_base64(value: str) -> list[str]:
    """By itself, in both alphabets, without its padding."""
    if len(value) < SHORTEST_SECRET:
        return []
    encoded = base64.b64encode(value.encode()).decode().rstrip("=")
    return [encoded, encoded.translate(str.maketrans("+/", "-_"))]
