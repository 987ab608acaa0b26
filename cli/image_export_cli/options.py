"""Options that several verbs have. Each says the same wherever it stands."""

import re
from pathlib import Path

import click

functions = click.option(
    "--functions",
    type=click.Path(path_type=Path),
    default=Path("s.yaml"),
    show_default=True,
    metavar="FILE",
    help="The s.yaml that is deployed.",
)


class AccountId(click.ParamType[str]):
    """An account's id; anything else would go into the names of roles and buckets."""

    name = "ID"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The id as it is."""
        if not re.fullmatch(r"[0-9]{5,20}", value):
            self.fail(f"{value!r} is no account id: it must be 5 to 20 digits", param, ctx)
        return value
