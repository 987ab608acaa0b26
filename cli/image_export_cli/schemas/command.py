"""The verb `schemas`: its command line, and the table of what it writes."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click


@click.command(epilog="\b\nExample:\n  image-export schemas --out schemas")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("schemas"), show_default=True, help="The folder to write to."
)
def command(out: Path) -> int:
    """Write openapi.json, policy.json and manifest.json: the HTTP API, and the schemas of policy.yaml and manifests."""
    out.mkdir(parents=True, exist_ok=True)
    for name, document in documents().items():
        (out / f"{name}.json").write_text(json.dumps(document(), indent=2) + "\n", encoding="utf-8")
    return 0


def documents() -> Mapping[str, Callable[[], Any]]:
    """Each file's name, and what makes the document in it."""
    from image_export.decisions.http.openapi import openapi
    from image_export.decisions.policy.schema import policy_schema
    from image_export.decisions.results.manifest import manifest_schema

    return {"openapi": openapi, "policy": policy_schema, "manifest": manifest_schema}
