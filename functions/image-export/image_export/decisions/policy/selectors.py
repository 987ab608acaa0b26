"""Selectors that no image can meet, most of them in the spelling of another tool, and how it is said here. Pure.

Names and families of custom images have letters (Chinese ones, too), digits and `. : _ -` (CreateImage page of ECS:
ImageName, ImageFamily). Tags have at most 128 characters and no web address (page "Tag" of ECS).
"""

import re
from collections.abc import Iterator

from ...values.match import Match

TAG_LONGEST = 128
PUNCTUATION = ".:_-"
WILD = "*?"
CLASS = re.compile(r"\[!?\]?[^\]]*\]")  # as fnmatch reads it
QUOTES = "\u201c\u201d\u2018\u2019\u201e\u00ab\u00bb`\"'"  # curly ones too, which word processors make
WEB = ("http://", "https://")
OTHERS_WORDS = {"absent": "has no such tag", "not-null": "has the tag, whatever its value", "present": "has the tag"}
HINTS = (
    ("{},", "there is no choice in braces: write a rule for each, or [ab] for one character of two"),
    ("^$|()\\+", "this is no regular expression: * stands for any text, and the whole name is compared"),
    ("!", "there is no word for all names but these; within brackets ! means: none of these characters"),
    (QUOTES, "use straight quotes, and one pair of them"),
    ("%", "* stands for any text"),
    ("[]", "a bracket that is opened must be closed: [ab]"),
)


def impossible_names(match: Match) -> Iterator[tuple[str, str]]:
    """Field and words: name and family, where they ask for a character that neither can have."""
    if match.name is not None and (odd := _odd(CLASS.sub("", match.name), WILD)):
        yield "name", f"is {match.name!r}, and no image's name holds {odd}; {_hint(match.name, odd)}"
    if match.family is not None and (odd := _odd(match.family)):
        hint = "a family is compared exactly" if odd in WILD else _hint("", odd)
        yield "family", f"is {match.family!r}, and no image family holds {odd}; {hint}"


def impossible_tags(match: Match, plain: set[str]) -> Iterator[tuple[str, str]]:
    """Key and words: tags that no image has. `plain` are the keys whose values stand without quotes."""
    for key, value in match.tags.items():
        if value in OTHERS_WORDS and key in plain:
            meant = f"other tools say so for an image that {OTHERS_WORDS[value]}, and there is no such word here"
            yield key, f'is {value}; {meant}; the value {value} itself stands in quotes: "{value}"'
        elif max(len(key), len(value)) > TAG_LONGEST:
            yield key, f"is longer than {TAG_LONGEST} characters, which no tag is"
        elif any(address in text for address in WEB for text in (key, value)):
            yield key, f"is {value!r}, and no tag holds http:// or https://"


def _odd(text: str, more: str = "") -> str:
    """The first character that no name has; empty where all are fine."""
    return next((char for char in text if not (char.isalnum() or char in PUNCTUATION + more)), "")


def _hint(glob: str, odd: str) -> str:
    hint = next((words for characters, words in HINTS if odd in characters), "names have letters, digits and . : _ -")
    better = re.sub(r"\.[*+]", "*", glob).strip("^$" + QUOTES).replace("%", "*")
    return f'{hint}; perhaps "{better}"' if better and better != glob and not _odd(better, WILD) else hint
