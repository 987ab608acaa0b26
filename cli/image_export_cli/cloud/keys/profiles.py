"""The vendors' own configuration files: which profiles they have, and what one of them lacks. Speaks to nobody."""

import configparser
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from image_export.edges.runtime.redaction import KNOWN

from .missing import missing

FILE = "ALIBABA_CLOUD_CREDENTIALS_FILE"
KEY = ("access_key_id", "access_key_secret")
# What a profile of each mode must have itself: the vendors' library takes what is left out from the environment.
ALIYUN = {
    "AK": KEY,
    "StsToken": (*KEY, "sts_token"),
    "RamRoleArn": (*KEY, "ram_role_arn"),
    "ChainableRamRoleArn": ("source_profile", "ram_role_arn"),
    "OIDC": ("ram_role_arn", "oidc_provider_arn", "oidc_token_file"),
    "EcsRamRole": (),
    "CloudSSO": ("access_token",),
    "OAuth": ("oauth_refresh_token",),
    "External": ("process_command",),
}
INI = {
    "access_key": KEY,
    "ram_role_arn": (*KEY, "role_arn"),
    "oidc_role_arn": ("role_arn", "oidc_provider_arn", "oidc_token_file_path"),
    "ecs_ram_role": ("role_name",),
    "rsa_key_pair": ("public_key_id", "private_key_file"),
}


class ProfileFile(NamedTuple):
    """A file of profiles. `current`: the one that is meant where none is named."""

    path: Path
    shown: str
    kinds: Mapping[str, tuple[str, ...]]
    kind: str  # the field that says of which kind a profile is
    profiles: Mapping[str, Mapping[str, Any]]
    current: str | None

    def lacks(self, name: str, seen: tuple[str, ...] = ()) -> str | None:
        """What is wrong with the profile of that name, or with one that it builds upon; None where nothing is."""
        profile = self.profiles.get(name)
        if profile is None:
            return f"there is no profile {name} in {self.shown}; it has: {', '.join(self.profiles) or 'none'}"
        where, kind = f"profile {name} of {self.shown}", str(profile.get(self.kind))
        if kind not in self.kinds:
            return f"{where} has {self.kind} {kind!r}, which is none of {', '.join(self.kinds)}"
        out = [field for field in self.kinds[kind] if not profile.get(field)]
        if out:
            return f"{where} has no {' and no '.join(out)}"
        source = profile.get("source_profile") if kind == "ChainableRamRoleArn" else None
        if source in (*seen, name):
            return f"{where} builds upon itself"
        return self.lacks(source, (*seen, name)) if source else None

    def hide(self) -> None:
        """Let nothing that stands in it ever be shown."""
        for profile in self.profiles.values():
            secret = (str(value) for field, value in profile.items() if "secret" in field or "token" in field)
            KNOWN.keep(*(value for value in secret if not Path(value).is_absolute()))


def aliyun_config(environ: Mapping[str, str]) -> ProfileFile | None:
    """`~/.aliyun/config.json`, of the command line `aliyun`; None where there is none. Raises OurFault."""
    path = _home(environ) / ".aliyun" / "config.json"
    if not path.is_file():
        return None
    try:
        said = json.loads(path.read_text())
        profiles = {one["name"]: one for one in said.get("profiles") or ()}
        current = said.get("current")
    except (OSError, ValueError, TypeError, LookupError, AttributeError) as fault:
        raise missing(f"{_shown(path, environ)} cannot be read: {type(fault).__name__}.") from None
    return _hidden(ProfileFile(path, _shown(path, environ), ALIYUN, "mode", profiles, current))


def credentials_file(environ: Mapping[str, str]) -> ProfileFile | None:
    """`~/.alibabacloud/credentials`, of the SDKs; None where there is none. Raises OurFault."""
    folder = _home(environ) / ".alibabacloud"
    named = environ.get(FILE)
    places = [Path(named)] if named else [folder / "credentials", folder / "credentials.ini"]
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        return None
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(path.read_text())
    except (OSError, ValueError, configparser.Error) as fault:
        raise missing(f"{_shown(path, environ)} cannot be read: {type(fault).__name__}.") from None
    profiles = {name: dict(parser.items(name)) for name in parser.sections()}
    return _hidden(ProfileFile(path, _shown(path, environ), INI, "type", profiles, "default"))


def _hidden(file: ProfileFile) -> ProfileFile:
    file.hide()
    return file


def _home(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("HOME") or os.path.expanduser("~"))


def _shown(path: Path, environ: Mapping[str, str]) -> str:
    home = _home(environ)
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
