"""A row of the table of log events. Data."""

from typing import NamedTuple


class LogEvent(NamedTuple):
    """`level` and `fields` hold names with blanks between them; `fields` are those beside what every line has."""

    name: str
    level: str
    fields: str
    means: str
    do: str
