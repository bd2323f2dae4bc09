"""What staff type as the ways to reach a store."""

import pytest

from booking.customer_input import BadInput
from booking.staff.forms.contact import ContactForm, read_website


def form(**typed: str) -> ContactForm:
    return ContactForm({"wheelchair": "limited", **typed}, country="FR")


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("", ""),
        ("   ", ""),
        ("shop.example", "https://shop.example"),
        (" www.shop.example/niort ", "https://www.shop.example/niort"),
        ("http://shop.example", "http://shop.example"),
        ("https://shop.example/?a=1", "https://shop.example/?a=1"),
    ],
)
def test_website_is_read_with_or_without_its_beginning(typed: str, address: str) -> None:
    assert read_website(typed) == address


@pytest.mark.parametrize(
    "typed",
    ["javascript://shop.example/%0aalert(1)", "ftp://shop.example", "shop", "a b.example", "x" * 3000 + ".example"],
)
def test_what_is_no_address_of_a_page_is_refused(typed: str) -> None:
    with pytest.raises(BadInput):
        read_website(typed)


def test_phone_is_read_as_in_the_stores_own_country() -> None:
    french = form(phone="05 49 24 00 39", email="shop@example.org", website="shop.example")

    assert french.is_valid()
    assert [french.cleaned_data[name] for name in ("phone", "email", "website", "wheelchair")] == [
        "+33549240039",
        "shop@example.org",
        "https://shop.example",
        "limited",
    ]
    belgian = ContactForm({"phone": "02 555 12 12", "wheelchair": "yes"}, country="BE")
    assert belgian.is_valid()
    assert belgian.cleaned_data["phone"] == "+3225551212"


def test_each_problem_leads_to_its_field() -> None:
    wrong = form(phone="12", email="shop@", website="shop", wheelchair="perhaps")

    assert [problem.field_id for problem in wrong.problems()] == [
        "id_phone",
        "id_email",
        "id_website",
        "id_wheelchair_0",
    ]
