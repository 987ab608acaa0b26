"""The environment: read once, strictly, all faults together."""

import pytest

from image_export.decisions.settings_text import read_settings
from image_export.errors import OurFault

GOOD = {"IMAGE_EXPORT_LEDGER": "oss://image-export-ledger/ledger"}


def test_the_least_that_is_needed_is_a_ledger() -> None:
    settings = read_settings(GOOD)
    assert (settings.ledger_bucket, settings.ledger_prefix, settings.policy) == (
        "image-export-ledger",
        "ledger",
        "policy.yaml",
    )
    assert (settings.endpoint, settings.http_auth, settings.http_tokens) == (None, "bearer", ())


@pytest.mark.parametrize("ledger", ["oss://image-export-ledger", "oss://image-export-ledger/"])
def test_a_ledger_may_have_its_bucket_for_itself(ledger: str) -> None:
    settings = read_settings({"IMAGE_EXPORT_LEDGER": ledger})
    assert (settings.ledger_bucket, settings.ledger_prefix) == ("image-export-ledger", "")


def test_an_empty_variable_counts_as_unset() -> None:
    assert read_settings({**GOOD, "IMAGE_EXPORT_ENDPOINT": "", "IMAGE_EXPORT_POLICY": ""}) == read_settings(GOOD)


@pytest.mark.parametrize(
    "endpoint", ["http://127.0.0.1:8080", "http://localhost:1", "https://a-1.example.com", "https://[2001:db8::1]:443"]
)
def test_plain_http_is_for_loopback_alone(endpoint: str) -> None:
    assert read_settings({**GOOD, "IMAGE_EXPORT_ENDPOINT": endpoint}).endpoint == endpoint


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LEDGER", ""),
        ("LEDGER", "s3://bucket/x"),
        ("LEDGER", "oss://UPPER/x"),
        ("ENDPOINT", "http://example.com"),
        ("ENDPOINT", "http://127.0.0.1.example.com"),
        ("ENDPOINT", "ftp://127.0.0.1"),
        ("ENDPOINT", "https://[:::]:443"),
        ("ENDPOINT", "https://[2001:db8::1]:99999"),
        ("ENDPOINT", "https://example.com:0"),
        ("LOG_LEVEL", "loud"),
        ("HTTP_AUTH", "none"),
        ("HTTP_TOKENS", "not-a-hash"),
    ],
)
def test_a_wrong_variable_is_named(name: str, value: str) -> None:
    with pytest.raises(OurFault, match=f"IMAGE_EXPORT_{name}") as raised:
        read_settings({**GOOD, f"IMAGE_EXPORT_{name}": value})
    assert raised.value.code == "SettingsInvalid"


def test_an_endpoint_is_shown_without_its_password_and_its_query() -> None:
    with pytest.raises(OurFault) as raised:
        read_settings({**GOOD, "IMAGE_EXPORT_ENDPOINT": "ftp://user:hunter2@host/path?token=hunter2#x"})
    said = "IMAGE_EXPORT_ENDPOINT is 'ftp://…@host/path'; it must be https://host[:port], or http on loopback"
    assert raised.value.cause.message == said


def test_all_faults_are_told_together_and_no_token_is_shown() -> None:
    with pytest.raises(OurFault) as raised:
        read_settings({"IMAGE_EXPORT_HTTP_TOKENS": "hunter2hunter2", "IMAGE_EXPORT_LOG_LEVEL": "loud"})
    message = raised.value.cause.message
    assert all(name in message for name in ("LEDGER", "TOKENS", "LOG_LEVEL"))
    assert "hunter2" not in message
