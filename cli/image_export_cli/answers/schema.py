"""The JSON Schema of an answer, made from its type. Pure."""

from typing import Any

import msgspec

from image_export.decisions.policy.schema import DIALECT


def schema_of(answer: type[msgspec.Struct], verb: str) -> dict[str, Any]:
    """What `image-export VERB --output json` prints."""
    return {
        "$schema": DIALECT,
        "title": f"What `image-export {verb} --output json` prints",
        **msgspec.json.schema(answer),
    }
