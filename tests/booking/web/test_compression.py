"""Answers come compressed as their reader takes them, and nobody learns from their length what is in them."""

import gzip

import brotli
import pytest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.test import RequestFactory

from booking.web.compression import Compression, compress

PAGE = "<p>Pharmacie de la Brèche</p>" * 40


def answer(accepted: str, response: HttpResponseBase) -> HttpResponseBase:
    def get_response(request: HttpRequest) -> HttpResponseBase:
        return response

    sent = Compression(get_response)(RequestFactory().get("/", headers={"Accept-Encoding": accepted}))
    assert isinstance(sent, HttpResponseBase)
    return sent


def page(**headers: str) -> HttpResponse:
    return HttpResponse(PAGE, headers=headers)


@pytest.mark.parametrize("accepted", ["br", "gzip, deflate, br", "gzip;q=0.5, br;q=0.8", "br;q=1.0", "br ; q=0.001"])
def test_pages_are_sent_by_brotli_to_whoever_takes_it(accepted: str) -> None:
    sent = answer(accepted, page())

    assert isinstance(sent, HttpResponse)
    assert sent["Content-Encoding"] == "br"
    assert sent["Vary"] == "Accept-Encoding"
    assert sent["Content-Length"] == str(len(sent.content))
    assert brotli.decompress(sent.content).decode() == PAGE


@pytest.mark.parametrize("accepted", ["gzip", "gzip, br;q=0", "br; q=0.000, gzip", "gzip, brr"])
def test_pages_are_sent_by_gzip_to_whoever_takes_no_brotli(accepted: str) -> None:
    sent = answer(accepted, page())

    assert isinstance(sent, HttpResponse)
    assert sent["Content-Encoding"] == "gzip"
    assert gzip.decompress(sent.content).decode() == PAGE


@pytest.mark.parametrize("accepted", ["", "identity", "br;q=0"])
def test_pages_are_sent_as_they_are_to_whoever_takes_neither(accepted: str) -> None:
    sent = answer(accepted, page())

    assert isinstance(sent, HttpResponse)
    assert "Content-Encoding" not in sent
    assert sent.content.decode() == PAGE


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse(PAGE, headers={"Content-Type": "application/json"}),
        StreamingHttpResponse([PAGE.encode()]),
    ],
)
def test_what_is_no_page_is_sent_by_gzip(response: HttpResponseBase) -> None:
    assert answer("gzip, br", response)["Content-Encoding"] == "gzip"


def test_what_is_compressed_already_and_what_is_short_stays_as_it_is() -> None:
    kept = HttpResponse(b"x" * 500, headers={"Content-Encoding": "gzip"})
    assert isinstance(answer("br", kept), HttpResponse)
    assert kept.content == b"x" * 500
    assert "Content-Encoding" not in answer("br", HttpResponse("Short."))


@pytest.mark.parametrize(("version", "told"), [('"abc"', 'W/"abc"'), ('W/"abc"', 'W/"abc"')])
def test_version_of_a_compressed_page_is_a_weak_one(version: str, told: str) -> None:
    assert answer("br", page(ETag=version))["ETag"] == told


def test_length_tells_nothing() -> None:
    lengths = {len(compress(PAGE.encode())) for _ in range(200)}

    assert len(lengths) > 20
    assert max(lengths) - min(lengths) <= 100


@pytest.mark.parametrize("length", [0, 1, 255, 256, 70_000])
def test_every_length_is_read_back(length: int) -> None:
    content = (PAGE.encode() * 70)[:length]
    assert {brotli.decompress(compress(content)) for _ in range(20)} == {content}
