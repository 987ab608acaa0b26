"""What looks like a secret in a text, by its name or its shape. Pure; the edges add the secrets that they know.

Names of secrets: signature pages of ECS RPC, OSS V4, FC and ACS3. The time is in proportion to the text, whatever is
in it: no pattern begins again within what another try of it has read. (`x-oss-signature` is found by its last word.)
"""

import re

HIDDEN = "***"

_NAMES = (
    r"(?:access[_-]?key[_-]?secret|signature|(?:security|session|access|auth|refresh|id|bearer)[_-]?token"
    r"|passw(?:or)?d|api[_-]?key|private[_-]?key|client[_-]?secret|secret|token)"
)
_START = r"(?:(?<![a-z0-9])|(?<=%[0-9a-f]{2}))"  # of a word, behind a percent-encoded character too
# name, then =, : or > in any of the coatings that URLs, JSON, XML and repr give them, then the value
_NAMED = re.compile(
    rf"(?i){_START}({_NAMES})(\\*[\"']?\s*(?:=|:|>|%3D|%253D)\s*\\*[\"']?)"
    r"(?:(?!%26|%2526)[^\s\"'\\&,;<>(){}\[\]])+"
)
# in JSON a value may stand without quotes; what hides it has them, or the text is no JSON any more
_LITERAL = re.compile(
    rf"(?i){_START}((?:{_NAMES}|authorization)(\\*[\"'])\s*:\s*)(?:null|true|false|none|-?[0-9][0-9.e+-]*)(?=\s*[,}}])"
)
_AUTHORIZATION = re.compile(rf"(?i){_START}(authorization\\*[\"']?\s*[:=]\s*\\*[\"']?)[^\"'\\\r\n]+")
_BEARER = re.compile(r"(?i)\b(bearer\s+)[a-z0-9._~+/=-]+")
_CREDENTIAL = re.compile(r"\b((?:FC|OSS|acs)\s+[\w.]+:)[A-Za-z0-9+/=]{8,}")
_KEY_ID = re.compile(rf"(?i:{_START})(?:LTAI|STS\.|TMP\.)[A-Za-z0-9]{{4,}}([A-Za-z0-9]{{4}})")


_OURS = re.compile(r"\b(iexp_)[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])")  # values/access.py


def redact(text: str) -> str:
    """The text without anything that is named or shaped like a secret; access key ids keep their last four letters."""
    text = _LITERAL.sub(rf"\g<1>\g<2>{HIDDEN}\g<2>", text)
    for pattern in (_AUTHORIZATION, _BEARER, _CREDENTIAL, _OURS):
        text = pattern.sub(rf"\g<1>{HIDDEN}", text)
    text = _NAMED.sub(rf"\g<1>\g<2>{HIDDEN}", text)
    return _KEY_ID.sub(r"…\g<1>", text)
