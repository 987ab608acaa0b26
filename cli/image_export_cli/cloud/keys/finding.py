"""Finds whose keys to use, in the order of the vendors' own chain, and asks their library for them.

The order: `--profile`, the environment, ALIBABA_CLOUD_PROFILE, OIDC, `~/.aliyun/config.json`,
`~/.alibabacloud/credentials`, ALIBABA_CLOUD_CREDENTIALS_URI, the metadata service of ECS. The first that is there is
used: one that is there and fails is said, and nobody becomes somebody else by it.
"""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from image_export.edges.aliyun.credentials import Credentials, base_credentials
from image_export.edges.runtime.redaction import KNOWN
from image_export.errors import OurFault, Unreached
from image_export.values.cause import Cause

from .missing import missing
from .profiles import ProfileFile, aliyun_config, credentials_file

Keys = Callable[[], Credentials]
"""Somebody's keys of this moment: asked for at each call, so that temporary ones are renewed before they end."""

ID, SECRET, PROFILE = "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_PROFILE"
OIDC = ("ALIBABA_CLOUD_ROLE_ARN", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "ALIBABA_CLOUD_OIDC_TOKEN_FILE")
URI, NO_CLI = "ALIBABA_CLOUD_CREDENTIALS_URI", "ALIBABA_CLOUD_CLI_PROFILE_DISABLED"
NO_METADATA, ROLE = "ALIBABA_CLOUD_ECS_METADATA_DISABLED", "ALIBABA_CLOUD_ECS_METADATA"
METADATA_MS = 1000  # to connect, and to answer; it is on the same machine or not at all
SAID_MAX = 400


def find_keys(environ: Mapping[str, str], profile: str | None = None) -> Keys:
    """Raises OurFault `CredentialsMissing`, which says exactly what is not there, and CloudFault."""
    if profile:
        return _named(environ, profile)
    if environ.get(ID) or environ.get(SECRET):
        return _given(environ)
    if named := environ.get(PROFILE):
        return _named(environ, named)
    return _chain(environ)


def _given(environ: Mapping[str, str]) -> Keys:
    for one, other in ((ID, SECRET), (SECRET, ID)):
        if not environ.get(one):
            raise missing(f"{other} is set and {one} is not.")
    held = base_credentials(None, environ)
    return lambda: held


def _named(environ: Mapping[str, str], name: str) -> Keys:
    """The profile of that name, of whichever file has it."""
    files = [file for file in (aliyun_config(environ), credentials_file(environ)) if file]
    file = next((file for file in files if name in file.profiles), None)
    if file:
        return _of_profile(file, name)
    said = "; ".join(filter(None, (file.lacks(name) for file in files)))
    raise missing(f"{said or f'there is no profile {name}, for there is {NO_FILES}'}.")


NO_FILES = "no ~/.aliyun/config.json and no ~/.alibabacloud/credentials"


def _chain(environ: Mapping[str, str]) -> Keys:
    """Whatever is there without being named."""
    if all(environ.get(name) for name in OIDC):
        return _oidc(environ)
    config = None if _is_true(environ, NO_CLI) else aliyun_config(environ)
    lacking = []
    for file in filter(None, (config, credentials_file(environ))):
        wrong = file.lacks(file.current) if file.current else f"{file.shown} has no current profile"
        if not wrong and file.current:
            return _of_profile(file, file.current)
        lacking.append(wrong)
    if uri := environ.get(URI):
        return _uri(uri)
    return _metadata(environ, "; ".join(filter(None, lacking)) or f"there is {NO_FILES}")


def _of_profile(file: ProfileFile, name: str) -> Keys:
    if wrong := file.lacks(name):
        raise missing(f"{wrong}.")
    from alibabacloud_credentials.provider import CLIProfileCredentialsProvider, ProfileCredentialsProvider

    of_file = CLIProfileCredentialsProvider if file.kind == "mode" else ProfileCredentialsProvider
    return _asked(f"profile {name} of {file.shown}", of_file(profile_name=name, profile_file=str(file.path)))


def _oidc(environ: Mapping[str, str]) -> Keys:
    from alibabacloud_credentials.provider import OIDCRoleArnCredentialsProvider

    role, provider, file = (environ[name] for name in OIDC)
    if not Path(file).is_file():
        raise missing(f"{OIDC[2]} is {file}, and there is no such file.")
    given = OIDCRoleArnCredentialsProvider(role_arn=role, oidc_provider_arn=provider, oidc_token_file_path=file)
    return _asked(f"the OIDC token for {role}", given)


def _uri(uri: str) -> Keys:
    from alibabacloud_credentials.provider import URLCredentialsProvider

    return _asked(URI, URLCredentialsProvider(uri=uri))


def _metadata(environ: Mapping[str, str], lacking: str) -> Keys:
    """The role of the ECS instance that this runs on. It is asked at once, since elsewhere there is none."""
    said = f"{ID} and {SECRET} are not set, {lacking}"
    if _is_true(environ, NO_METADATA):
        raise missing(f"{said}, and {NO_METADATA} is true.")
    from alibabacloud_credentials.http import HttpOptions
    from alibabacloud_credentials.provider import EcsRamRoleCredentialsProvider

    options = HttpOptions(connect_timeout=METADATA_MS, read_timeout=METADATA_MS)
    given = EcsRamRoleCredentialsProvider(role_name=environ.get(ROLE), http_options=options, async_update_enabled=False)
    keys = _asked("the metadata service of ECS", given)
    try:
        keys()
    except (OurFault, Unreached):
        raise missing(f"{said}, and no metadata service of ECS gives the keys of a role.") from None
    return keys


def _asked(source: str, provider: Any) -> Keys:
    """What the library gives at each call. It keeps temporary keys, and renews them some minutes before they end."""
    from Tea.exceptions import RetryError

    logging.getLogger("credentials").setLevel(logging.CRITICAL)  # it logs refusals with details; they are said here

    def keys() -> Credentials:
        try:
            found = provider.get_credentials()
        except RetryError as fault:
            message = f"The keys of {source} could not be asked for: {_said(fault)}"
            raise Unreached(Cause(code="Unreached", message=message)) from None
        except Exception as fault:  # noqa: BLE001 - the library raises whatever its parts do
            raise missing(f"{source} gives no keys: {_said(fault)}") from None
        return Credentials(found.get_access_key_id(), found.get_access_key_secret(), found.get_security_token() or None)

    return keys


def _said(fault: Exception) -> str:
    """In the library's words, without secrets: an answer of STS quotes what was signed."""
    return KNOWN.hide(" ".join(str(fault).split()))[:SAID_MAX]


def _is_true(environ: Mapping[str, str], name: str) -> bool:
    return environ.get(name, "").lower() == "true"
