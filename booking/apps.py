"""The Django app of bookings. It registers the system checks when Django is ready."""

from django.apps import AppConfig


class BookingConfig(AppConfig):
    name = "booking"

    def ready(self) -> None:
        from booking.messages import checks as message_checks  # noqa: F401 -- registers the system checks
        from booking.operations import checks  # noqa: F401 -- registers the system checks
