"""What is said where there are no keys. Pure."""

from image_export.errors import OurFault
from image_export.values.cause import Cause

ADVICE = (
    "Set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET to the keys of a user who may deploy, or name "
    "a profile: --profile NAME. `aliyun configure` makes one."
)


def missing(message: str) -> OurFault:
    """No keys, and why: one sentence."""
    return OurFault(Cause(code="CredentialsMissing", message=message[0].upper() + message[1:], recommend=ADVICE))
