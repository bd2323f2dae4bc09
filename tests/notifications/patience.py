"""How long a test waits for a provider: long, but for the one call that is meant to hang."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from notifications import bounded_http, sms
from tests.fake_twilio import DRIP, DRIP_HEADERS

PATIENCE_SECONDS = 60.0
READ_SECONDS = 0.5
CALL_SECONDS = 1.5  # with all that comes before the answer


@contextmanager
def short_patience(fault: str) -> Iterator[None]:
    """Wait for a shorter time for what never comes, and as long as ever for all else.

    Of a silent provider that is the next byte, of one whose answer drips the end of the call.
    """
    waits_for_end = fault in (DRIP, DRIP_HEADERS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bounded_http, "READ_SECONDS", PATIENCE_SECONDS if waits_for_end else READ_SECONDS)
        patch.setattr(sms, "SEND_SECONDS", CALL_SECONDS if waits_for_end else PATIENCE_SECONDS)
        yield
