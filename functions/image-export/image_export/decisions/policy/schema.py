"""The JSON Schema of policy.yaml, made from the types that decode it, so that editors complete it. Pure."""

from typing import Any

import msgspec

from ...values.policy import PolicyFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def policy_schema() -> dict[str, Any]:
    """The document. What only the whole policy shows (a name that is taken, say) is for `read_policy` to find."""
    schema: dict[str, Any] = _without_null(msgspec.json.schema(PolicyFile))
    return {"$schema": DIALECT, "title": "policy.yaml of image-export", **schema}


def _without_null(schema: Any) -> Any:
    """What is left out is absent, never null: null is a fault in policy.yaml, though our types allow None."""
    if isinstance(schema, list):
        return [_without_null(one) for one in schema if one not in ({"type": "null"}, None)]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _without_null(one) for key, one in schema.items() if (key, one) != ("default", None)}
    choices = kept.get("anyOf", ())
    return choices[0] if len(choices) == 1 else kept  # nothing but the default stood beside them
