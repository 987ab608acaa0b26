"""How the services that take ACS3-HMAC-SHA256 call each refusal, and which headers they cannot do without. Pure.

Sources: FC "Error codes" and "Configure signature authentication for HTTP triggers"; ECS "Common error codes" for the
gateway of ECS, STS, EventBridge and RAM; "V3 request structure and signature" for the headers.
"""

from dataclasses import dataclass

from alicloud_emulator.signatures import tokens

Said = tuple[int, str]  # HTTP status and code


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Status and code of each reason."""

    required: tuple[str, ...]
    missing: Said
    malformed: Said
    unreadable_time: Said
    stale: Said
    unknown_key: Said
    mismatch: Said
    other_body: Said
    token: tokens.Codes


EVERYWHERE = ("host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256")

GATEWAY = Words(
    required=EVERYWHERE,
    missing=(400, "MissingParameter"),
    malformed=(400, "IncompleteSignature"),
    unreadable_time=(400, "IllegalTimestamp"),
    stale=(400, "InvalidTimeStamp.Expired"),
    unknown_key=(404, "InvalidAccessKeyId.NotFound"),
    mismatch=(400, "SignatureDoesNotMatch"),
    other_body=(400, "SignatureDoesNotMatch"),  # the gateway hashes the body itself
    token=tokens.RPC,
)
FC_TRIGGER = Words(
    required=("x-acs-date",),
    missing=(400, "MissingRequiredHeader"),
    malformed=(400, "InvalidArgument"),
    unreadable_time=(400, "InvalidArgument"),
    stale=(403, "RequestTimeTooSkewed"),
    unknown_key=(403, "InvalidAccessKeyID"),
    mismatch=(403, "SignatureNotMatch"),
    other_body=(400, "InvalidArgument"),
    token=tokens.FC,
)
FC_API = Words(
    required=EVERYWHERE,
    missing=FC_TRIGGER.missing,
    malformed=FC_TRIGGER.malformed,
    unreadable_time=FC_TRIGGER.unreadable_time,
    stale=FC_TRIGGER.stale,
    unknown_key=FC_TRIGGER.unknown_key,
    mismatch=FC_TRIGGER.mismatch,
    other_body=FC_TRIGGER.other_body,
    token=tokens.FC,
)
