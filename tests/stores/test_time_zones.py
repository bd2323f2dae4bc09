"""Names of time zones and the countries they are in."""

from stores.time_zones import country_of, is_zone


def test_zones_are_told_by_their_iana_names() -> None:
    assert is_zone("Europe/Paris")
    assert is_zone("UTC")
    assert not is_zone("Europe")
    assert not is_zone("Mars/Base")
    assert not is_zone("../etc/passwd")
    assert not is_zone("")


def test_zone_has_a_country_where_it_is_in_one() -> None:
    assert country_of("Europe/Paris") == "FR"
    assert country_of("America/New_York") == "US"
    assert country_of("Australia/Lord_Howe") == "AU"
    assert country_of("UTC") == ""
