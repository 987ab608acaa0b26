"""What `env:NAME` in the policy stands for: a variable of the function, and a secret from the moment it is read."""

import base64
import re
from collections.abc import Mapping
from urllib.parse import unquote, unquote_plus, urlsplit

from ...errors import Refused
from ...values.cause import Cause
from ..runtime.redaction import KNOWN

SCHEME = "env:"
WORD = re.compile(r"[a-z-]{0,15}")  # of a service or a place, which logs may say: services, cn-hangzhou
PREFIX = re.compile(r"^(?:[a-z]{2,8}_|SEC)")  # whsec_
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
    """The whole, as Base64 too, and each part that may be a key: of an address those of its path and query, of a secret
    what follows its prefix. Each as it stands there, and decoded.
    """
    try:
        parts = urlsplit(value)
        keys = [one for one in parts.path.split("/") if not WORD.fullmatch(one)]
        keys += [one.partition("=")[2] or one for one in parts.query.split("&")]
        keys += [parts.password or "", parts.fragment]
    except ValueError:  # it is no address, and is not called
        keys = []
    found = [value, base64.b64encode(value.encode()).decode(), PREFIX.sub("", value), *keys]
    KNOWN.keep(*dict.fromkeys(form for one in found for form in (one, unquote(one), unquote_plus(one))))
