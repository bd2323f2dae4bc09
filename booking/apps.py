from django.apps import AppConfig


class BookingConfig(AppConfig):
    name = "booking"

    def ready(self) -> None:
        from booking import checks
        from booking.messages import checks  # noqa: F401 -- registers the system checks
