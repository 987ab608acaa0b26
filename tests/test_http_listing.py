"""The query of `GET /exports`, read strictly; all its faults in one answer."""

import pytest

from image_export.decisions.http.listing import FIELDS, Listing, after, read_listing, token
from image_export.errors import AskerFault
from image_export.values.http import HttpRequest

PLACE = "history/79739875999999/cn-hangzhou/m-1/exp-rtfyr2rqf6qlm2su-0001"


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


def test_a_token_leads_back_to_its_place() -> None:
    assert after(Listing(next_token=token(PLACE))) == PLACE
