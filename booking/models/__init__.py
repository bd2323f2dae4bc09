"""Models of bookings, their history, the waiting list, the line, tablets, webhooks, and kept answers."""

from booking.models.api_keys import API_KEY_NAME_LONGEST, ApiKey
from booking.models.app_codes import APP_CODES, AppCodes
from booking.models.booking_notices import BookingNotice, NoticePace
from booking.models.bookings import WEB_SOURCES, Actor, Booking, BookingEvent, EventKind, Hold, Source, Status
from booking.models.books_key import BooksKey
from booking.models.devices import (
    NAMES_SHOWN,
    PIN_ERRORS,
    PIN_UNLOCKS,
    TABLET_ERRORS,
    TABLET_PAUSE,
    Device,
    PairingCode,
    PinTries,
    StaffPin,
)
from booking.models.feedback import WORDS_LONGEST, Feedback, FeedbackAnswer, FeedbackDay, FeedbackOptOut
from booking.models.idempotency import IdempotentAnswer
from booking.models.passkeys import Passkey
from booking.models.texts import LONGEST_TEXT, CustomerText, TextQuestion
from booking.models.tickets import Ticket
from booking.models.unmet_demand import UnmetDemand
from booking.models.waiting_list import WaitingListEntry, WaitingStatus
from booking.models.webhooks import OFF_GONE, OPEN_TELLING, TellingState, Webhook, WebhookEvent
from booking.models.worker import WorkerBeat

__all__ = [
    "API_KEY_NAME_LONGEST",
    "APP_CODES",
    "LONGEST_TEXT",
    "NAMES_SHOWN",
    "OFF_GONE",
    "OPEN_TELLING",
    "PIN_ERRORS",
    "PIN_UNLOCKS",
    "TABLET_ERRORS",
    "TABLET_PAUSE",
    "WEB_SOURCES",
    "WORDS_LONGEST",
    "Actor",
    "ApiKey",
    "AppCodes",
    "Booking",
    "BookingEvent",
    "BookingNotice",
    "BooksKey",
    "CustomerText",
    "Device",
    "EventKind",
    "Feedback",
    "FeedbackAnswer",
    "FeedbackDay",
    "FeedbackOptOut",
    "Hold",
    "IdempotentAnswer",
    "NoticePace",
    "PairingCode",
    "Passkey",
    "PinTries",
    "Source",
    "StaffPin",
    "Status",
    "TellingState",
    "TextQuestion",
    "Ticket",
    "UnmetDemand",
    "WaitingListEntry",
    "WaitingStatus",
    "Webhook",
    "WebhookEvent",
    "WorkerBeat",
]
