import pytest

from booking.web.mail_domains import likely_meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ada@gmial.com", "ada@gmail.com"),  # two letters swapped
        ("ada@gmal.com", "ada@gmail.com"),  # one left out
        ("ada@gmaill.com", "ada@gmail.com"),  # one doubled
        ("ada@gmail.con", "ada@gmail.com"),  # one mistaken
        ("ada.test+shop@hotmial.fr", "ada.test+shop@hotmail.fr"),
        ("ada@wanado.fr", "ada@wanadoo.fr"),
        ("ada@laposte.nett", "ada@laposte.net"),
    ],
)
def test_a_slip_in_a_common_domain_is_asked_about(typed: str, meant: str) -> None:
    assert likely_meant(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        *("", "ada", "ada@gmail.com", "ada@ymail.com", "ada@mail.com", "ada@free.fr", "ada@sfr.fr", "ada@live.fr"),
        *("ada@example.org", "ada@gail.de", "ada@gmxx.de", "ada@pharmacie-du-port.fr", "ada@orange.fr", "@", "a@b@c"),
    ],
)
def test_an_address_that_may_well_be_right_is_not_asked_about(typed: str) -> None:
    assert likely_meant(typed) == ""
