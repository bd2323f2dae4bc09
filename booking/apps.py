from django.apps import AppConfig


class BookingConfig(AppConfig):
    name = "booking"

    def ready(self) -> None:
        from booking import checks, checks_texts  # noqa: F401 -- registers the system checks
