"""The Django app of messages: its system checks are registered when Django is ready."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from notifications import checks  # noqa: F401 -- registers the system checks
