"""Options that several verbs have. Each says the same wherever it stands, before the verb or after it."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal, NamedTuple

import click

Output = Literal["table", "json"]
DEPLOYMENT = Path("s.yaml")
IMAGE = re.compile(r"m-[A-Za-z0-9]{1,60}")
NAME = re.compile(r"(?!exp-)[^\W\d_][\w:.-]{1,127}")  # of an image, as ECS has it
UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


class Said(NamedTuple):
    """What was said before the verb."""

    deployment: Path | None = None
    output: Output | None = None
    profile: str | None = None


def said() -> Said:
    """What was said before the verb that is being read; nothing where the verb stands alone, as in a test."""
    context = click.get_current_context(silent=True)
    return (context and context.find_object(Said)) or Said()


def deployment(**more: Any) -> Callable[[Any], Any]:
    """`--deployment FILE`; `--functions` is how 0.1.0 called it."""
    return click.option(
        "--deployment",
        "--functions",
        "deployment",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=f"The s.yaml that is deployed.  [default: {DEPLOYMENT}]",
        **more,
    )


def output(**more: Any) -> Callable[[Any], Any]:
    """`--output table|json`."""
    return click.option(
        "--output",
        type=click.Choice(["table", "json"]),
        help="A table for people, or one JSON document for programs.  [default: table]",
        **more,
    )


def profile(**more: Any) -> Callable[[Any], Any]:
    """`--profile NAME`."""
    return click.option(
        "--profile",
        metavar="NAME",
        help="Whose keys: a profile of ~/.aliyun/config.json or ~/.alibabacloud/credentials.",
        **more,
    )


def of_deployment(verb: Callable[..., Any]) -> Callable[..., Any]:
    """`--deployment FILE`, and `--profile NAME`, which `said()` has: whoever reads a deployment needs keys."""
    at = deployment(default=lambda: said().deployment or DEPLOYMENT)
    return at(profile(callback=_keep_profile, expose_value=False)(verb))  # type: ignore[no-any-return]


def _keep_profile(context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.obj = said()._replace(profile=value)


of_output = output(default=lambda: said().output or "table")
yes = click.option("--yes", "-y", is_flag=True, help="Do not ask first.")
wait = click.option("--wait", is_flag=True, help="Follow each export to its end.")


class Acting(NamedTuple):
    """How a verb acts: what it prints, whether it asks first, and whether it waits for the end and looks how often."""

    output: Output
    yes: bool = False
    wait: bool = False
    every_s: float = 10.0


interval = click.option(
    "--interval",
    type=click.FloatRange(min=0.1),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait between two looks.",
)


class Ago(NamedTuple):
    """A time: `at` itself, or so long before now, whatever clock says what is now."""

    at: datetime | None = None
    long: timedelta | None = None

    def before(self, now: datetime) -> datetime:
        """The time that is meant."""
        return self.at or now - (self.long or timedelta())


class Since(click.ParamType[Ago]):
    """A time of the past: 30m, 12h or 7d ago, a day, or a time in ISO 8601; without an offset it is UTC."""

    name = "TIME"

    def convert(self, value: str | Ago, param: click.Parameter | None, ctx: click.Context | None) -> Ago:
        """The time."""
        if isinstance(value, Ago):
            return value
        if found := re.fullmatch(r"([0-9]{1,5})([mhd])", value):
            return Ago(long=int(found[1]) * UNITS[found[2]])
        try:
            at = datetime.fromisoformat(value.replace("Z", "+00:00"))
        except ValueError:
            self.fail(f"{value!r} is no time: say 30m, 12h, 7d, 2026-11-29 or 2026-11-29T18:00Z", param, ctx)
        return Ago(at=at if at.tzinfo else at.replace(tzinfo=timezone.utc))


class Period(click.ParamType[timedelta]):
    """How long: 30m, 12h or 90d."""

    name = "PERIOD"

    def convert(self, value: str | timedelta, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """The time it takes."""
        found = None if isinstance(value, timedelta) else re.fullmatch(r"([1-9][0-9]{0,3})([mhd])", value)
        if isinstance(value, timedelta):
            return value
        if found is None:
            self.fail(f"{value!r} is no period: say 30m, 12h or 90d", param, ctx)
        return int(found[1]) * UNITS[found[2]]


class Account(click.ParamType[str]):
    """An account by its id, or by its name in the policy; `Deployed.account_id` has the id of either."""

    name = "ID|NAME"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """What was said."""
        if not value.strip():
            self.fail("an account has an id of 5 to 20 digits, and a name in the policy", param, ctx)
        return value


class ExportId(click.ParamType[str]):
    """The id of an export; nothing else becomes a key of the ledger."""

    name = "ID"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The id as it is."""
        from image_export.values.forms import EXPORT_ID  # here: help needs none of it

        if not re.fullmatch(EXPORT_ID, value):
            option = "--image-id" if IMAGE.fullmatch(value) else "--image-name" if NAME.fullmatch(value) else ""
            theirs = f"; `image-export list {option} {value}` names those of the image" if option else ""
            self.fail(f"{value[:80]!r} is no ExportId; exp-mwkh3htwuwqi6f7n-0001 is one{theirs}", param, ctx)
        return value


class RestoreId(click.ParamType[str]):
    """The id of a restore; nothing else becomes a key of the ledger."""

    name = "ID"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The id as it is."""
        from image_export.values.forms import RESTORE_ID  # here: help needs none of it

        if not re.fullmatch(RESTORE_ID, value):
            advice = "res-k7q2m4x6p3wzab5c is one; `image-export restore list` has all of them"
            self.fail(f"{value[:80]!r} is no RestoreId; {advice}", param, ctx)
        return value


class DrillId(click.ParamType[str]):
    """The id of a drill; nothing else becomes a key of the ledger."""

    name = "ID"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The id as it is."""
        from image_export.values.forms import DRILL_ID  # here: help needs none of it

        if not re.fullmatch(DRILL_ID, value):
            advice = "dri-m4x6p3wzab5ck7q2 is one; `image-export drill list` has all of them"
            self.fail(f"{value[:80]!r} is no DrillId; {advice}", param, ctx)
        return value


class ImageId(click.ParamType[str]):
    """The id of an image."""

    name = "m-…"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The id as it is."""
        if not IMAGE.fullmatch(value):
            self.fail(f"{value[:80]!r} is no id of an image: m- and 1 to 60 letters or digits", param, ctx)
        return value


class AccountId(click.ParamType[str]):
    """An account's id; anything else would go into the names of roles and buckets."""

    name = "ID"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The id as it is."""
        if not re.fullmatch(r"[0-9]{5,20}", value):
            self.fail(f"{value!r} is no account id: it must be 5 to 20 digits", param, ctx)
        return value
