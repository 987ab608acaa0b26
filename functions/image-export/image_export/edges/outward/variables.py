"""What `env:NAME` in the policy stands for: a variable of the function, and a secret from the moment it is read."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from ...errors import Refused
from ...values.cause import Cause
from ..runtime.redaction import KNOWN

SCHEME = "env:"
WORD = re.compile(r"[a-z-]{0,15}")  # of a service or a place, which logs may say: services, cn-hangzhou
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


def _hide(value: str) -> None:
    """The whole, and of an address each part that may be a key: those of its path, and its query's values."""
    try:
        parts = urlsplit(value)
    except ValueError:  # it is no address, and is not called
        KNOWN.keep(value)
        return
    keys = [one for one in parts.path.split("/") if not WORD.fullmatch(one)]
    KNOWN.keep(value, parts.password, *keys, *(one for _, one in parse_qsl(parts.query)))
