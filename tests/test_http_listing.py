"""The query of `GET /exports`, read strictly; all its faults in one answer."""

import base64
from datetime import datetime, timezone

import pytest

from image_export.decisions.http.listing import Listing, after, token
from image_export.decisions.http.listing_query import FIELDS, read_listing
from image_export.errors import AskerFault
from image_export.values.http import HttpRequest
from image_export.values.ledger_keys import History

PLACE = History("79739875999999", "cn-hangzhou", "m-1", "exp-rtfyr2rqf6qlm2su-0001")


def asked(**query: str) -> HttpRequest:
    return HttpRequest(request_id="r", method="GET", path="/exports", query=query, headers={}, body=b"")


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("01", 1), ("0050", 50), ("50", 50)])
def test_a_number_is_read_from_digits(text: str, number: int) -> None:
    assert read_listing(asked(MaxResults=text)) == Listing(max_results=number)


@pytest.mark.parametrize("name", ["RegionId", "ImageId", "Status"])
def test_null_is_no_way_to_leave_a_parameter_out(name: str) -> None:
    with pytest.raises(AskerFault) as caught:
        read_listing(asked(**{name: "null"}))
    assert caught.value.code == "InvalidParameter"


@pytest.mark.parametrize("name", FIELDS)
def test_half_a_character_is_a_fault_of_its_parameter(name: str) -> None:
    with pytest.raises(AskerFault, match=f"{name} is ") as caught:
        read_listing(asked(**{name: "\ud800"}))
    assert caught.value.code == "InvalidParameter"


def test_the_word_null_is_a_token_that_no_page_gave() -> None:
    listing = read_listing(asked(NextToken="null"))
    with pytest.raises(AskerFault):
        after(listing)


def test_all_faults_of_a_query_come_in_one_answer() -> None:
    with pytest.raises(AskerFault) as caught:
        read_listing(asked(ImageID="m-1", MaxResults="0", Status="Done"))
    message = caught.value.cause.message
    assert "'ImageID' is not a parameter; did you mean ImageId? " in message
    assert "MaxResults is '0'; it must be a number from 1 to 50." in message
    assert "Status is 'Done'; it must be Requested, Exporting," in message


@pytest.mark.parametrize("unnamed", [False, True])
def test_a_token_leads_back_to_its_place(unnamed: bool) -> None:
    assert after(Listing(next_token=token((PLACE, unnamed)))) == (PLACE, unnamed)


def test_a_token_of_an_earlier_version_leads_to_its_place() -> None:
    given = base64.urlsafe_b64encode(PLACE.key.encode()).decode()
    assert after(Listing(next_token=given)) == (PLACE, False)


@pytest.mark.parametrize("name", ["Since", "Until"])
@pytest.mark.parametrize(
    "text", ["", "2026-11-24", "2026-11-24T08:00:00", "1764000000", "yesterday", "0001-13-01T00:00Z"]
)
def test_a_time_without_its_zone_is_none(name: str, text: str) -> None:
    with pytest.raises(AskerFault, match="it must be a time with its zone as in RFC 3339"):
        read_listing(asked(**{name: text}))


@pytest.mark.parametrize("text", ["2026-11-24T08:00:00Z", "2026-11-24T16:00:00+08:00", "2026-11-24T08:00:00.000Z"])
def test_a_time_is_read_with_its_zone(text: str) -> None:
    assert read_listing(asked(Since=text)).since == datetime(2026, 11, 24, 8, tzinfo=timezone.utc)
