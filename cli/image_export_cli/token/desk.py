"""Makes, lists and revokes tokens at a deployment's ledger. A secret goes to stdout once, and nowhere else."""

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import click

from image_export.use_cases.ledger.access import LEAST_SHOWN, KeptToken, new_token, revoke_token, tokens
from image_export.values.access import AccessToken

from ..answers.token_list import Token, TokenList
from ..deployed import at, say
from ..exit_codes import ExitCode
from ..options import Output
from ..tables import Column, show_document, show_table

COLUMNS = (
    Column("NAME", lambda one: one.name, folds=True),
    Column("SCOPES", lambda one: ",".join(one.scopes)),
    Column("EXPIRES", lambda one: _day(one.expires_at) + (" expired" if one.expired else "")),
    Column("CREATED", lambda one: _day(one.created_at)),
    Column("BY", lambda one: one.created_by or "cannot be read", folds=True),
)


def make(file: Path, name: str, scopes: Sequence[Any], expires: timedelta) -> ExitCode:
    """Keep the token, and print its secret."""
    deployed = at(file)
    deployed.ledger.ready()
    until, by = deployed.ledger.now + expires, deployed.caller.arn
    token = AccessToken(name=name, scopes=tuple(dict.fromkeys(scopes)), expires_at=until, created_by=by)
    secret = new_token(deployed.ledger, token)
    say(f"Token {name} may {', '.join(token.scopes)} until {_day(until)} UTC. Keep it: nobody can read it again.")
    click.echo(secret)
    return ExitCode.DONE


def show(file: Path, output: Output) -> ExitCode:
    """All tokens, the oldest first."""
    deployed = at(file)
    kept = tokens(deployed.ledger)
    deployed.ledger.ready()
    rows = tuple(_row(one, deployed.ledger.now) for one in kept)
    if output == "json":
        show_document(TokenList(tokens=rows))
    else:
        show_table(COLUMNS, rows, none="There is no token.")
    return ExitCode.DONE


def revoke(file: Path, name: str) -> ExitCode:
    """Remove it."""
    deployed = at(file)
    count = revoke_token(deployed.ledger, name)
    if not count:
        say(f"✗ There is no token {name}.")
        return ExitCode.NO
    click.echo(f"Token {name} is revoked.")
    return ExitCode.DONE


def _row(kept: KeptToken, now: datetime) -> Token:
    """One that this version does not understand goes by what `revoke` takes for it."""
    token = kept.token
    if token is None:
        return Token(name=kept.digest[:LEAST_SHOWN], created_at=kept.made_at)
    return Token(
        name=token.name,
        scopes=token.scopes,
        expires_at=token.expires_at,
        expired=token.expires_at <= now,
        created_at=kept.made_at,
        created_by=token.created_by,
    )


def _day(at: datetime | None) -> str:
    return f"{at.astimezone(timezone.utc):%Y-%m-%d %H:%M}" if at else ""
