"""The rule that keeps our own ClientTokens apart from the callers', taken away again."""

import pytest


def spelled_as_a_caller_could(patch: pytest.MonkeyPatch) -> None:
    """A replay's token is one that a caller may send."""
    patch.setattr("image_export.decisions.arrivals.replay.of_replay", lambda export: f"replay-{export}")


def trusting_what_a_caller_wrote(patch: pytest.MonkeyPatch) -> None:
    """Whatever stands under the name that 0.1.0 used is taken for our own, though a caller may have put it there."""
    patch.setattr("image_export.use_cases.export.client_token.is_replay", lambda _token: False)
