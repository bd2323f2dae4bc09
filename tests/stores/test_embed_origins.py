"""An origin is read from any address of a site, and nothing else ever gets into a header."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stores.embed_origins import BadOrigin, origin_of

# What a directive of a content security policy can take without another one beginning.
HARMLESS = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://www.example.org", "https://www.example.org"),
        ("  https://Shop.Example.ORG/contact?a=b#c ", "https://shop.example.org"),
        ("HTTPS://example.org:443/", "https://example.org"),
        ("https://example.org:8443", "https://example.org:8443"),
        ("http://localhost", "http://localhost"),
        ("http://localhost:3000/page", "http://localhost:3000"),
        ("https://localhost:3000", "https://localhost:3000"),
        ("https://café.example", "https://xn--caf-dma.example"),
    ],
)
def test_an_address_of_a_site_is_its_origin(address: str, origin: str) -> None:
    assert origin_of(address) == origin
    assert origin_of(origin) == origin


@pytest.mark.parametrize(
    "address",
    [
        "",
        "example.org",
        "//example.org",
        "http://example.org",
        "http://localhost.example.org",
        "ftp://example.org",
        "javascript:alert(1)",
        "https://",
        "https://intranet",
        "https://*.example.org",
        "https://example.org;script-src *",
        "https://example.org https://other.example",
        "https://example.org,other.example",
        "https://'self'",
        "https://user:secret@example.org",
        "https://@example.org",
        "https://example.org:0",
        "https://example.org:99999",
        "https://example.org:port",
        "https://203.0.113.7",
        "https://[2001:db8::1]",
        "https://[2001:db8::1",
        "https://example..org",
        "https://-example.org",
        "https://straße.example",
        "https://exam\tple.org",
        f"https://{'a' * 64}.org",
        f"https://example.org/{'a' * 300}",
    ],
)
def test_what_is_no_site_is_refused(address: str) -> None:
    with pytest.raises(BadOrigin):
        origin_of(address)


@given(st.one_of(st.text(), st.text().map("https://{}".format), st.text().map("https://example.org{}".format)))
def test_nothing_that_gets_through_can_end_a_directive(address: str) -> None:
    try:
        origin = origin_of(address)
    except BadOrigin:
        return
    assert HARMLESS.fullmatch(origin)
