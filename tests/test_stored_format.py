"""The form of what is stored: names and types are written down twice, and a change of one is seen."""

import json
from pathlib import Path

import pytest
from msgspec import field

from image_export.values.wire import Wire

from .stored import drawn

FORMAT = Path(__file__).parent / "ledger" / "format.json"


def test_every_fact_has_the_form_that_is_written_down() -> None:
    """A new field has a default, so that older facts can be read. A name that is taken is never used anew."""
    assert drawn() == json.loads(FORMAT.read_text(encoding="utf-8"))


def test_a_value_without_a_name_in_json_is_refused() -> None:
    with pytest.raises(TypeError, match="how image_id is called in JSON"):

        class Unnamed(Wire, frozen=True, kw_only=True):
            image_id: str


def test_a_name_in_json_does_not_follow_its_attribute() -> None:
    class Renamed(Wire, frozen=True, kw_only=True):
        picture: str = field(name="ImageId")

    assert Renamed(picture="m-1").wire() == {"ImageId": "m-1"}
