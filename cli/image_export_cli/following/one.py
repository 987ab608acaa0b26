"""Follows one thing to its end, and says on stderr how it moves: a line for each change."""

from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from typing import Protocol, TypeVar

from image_export.values.cause import Cause

from ..deployed import say
from .loop import looks
from .showing import in_trouble


class Moving(Protocol):
    """How something stands, where it is, and when it was looked at."""

    @property
    def where(self) -> str: ...
    @property
    def now(self) -> datetime: ...
    @property
    def has_ended(self) -> bool: ...


M = TypeVar("M", bound=Moving)


def follow(name: str, look: Callable[[], M], words: Callable[[M], str], every_s: float) -> M:
    """The thing of that name as it ended.

    Raises AskerFault where there is none; CloudFault or LedgerFault where nothing could be told for five minutes.
    """
    told = ""
    trouble: Cause | None = None
    with closing(looks(lambda: [look()], every_s)) as seen:
        for one in seen:
            if one.trouble and one.trouble != trouble:
                say(f"? {in_trouble(one.trouble)}")
            trouble = one.trouble
            if trouble:
                continue
            (row,) = one.rows
            if words(row) != told:
                told = words(row)
                say(f"{row.now:%Y-%m-%d %H:%M:%S}  {name}  {row.where}  {told}")
            if row.has_ended:
                return row
    raise RuntimeError("a look that never ends has ended")
