"""Libraries that few pages use are not loaded by every web process: together they take some 25 MB in each."""

import subprocess
import sys

LOAD_ALL_PAGES = """
import sys

import django

django.setup()

from django.urls import get_resolver

import booking.wsgi

get_resolver()._populate()
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""
LOADED_WHEN_USED = {"holidays", "webauthn", "xlsxwriter"}


def test_web_process_starts_without_what_few_pages_use() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", LOAD_ALL_PAGES], capture_output=True, check=True, text=True, timeout=120
    )
    loaded = set(answer.stdout.split())
    assert {"django", "rest_framework"} <= loaded
    assert not loaded & LOADED_WHEN_USED
