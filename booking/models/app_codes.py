"""Authenticator apps; their secrets are sealed, so that nobody reads them from the database."""

from django_otp.plugins.otp_totp.models import TOTPDevice

from booking.tokens import unseal

APP_CODES = "app codes"  # what the secrets are sealed for


class AppCodes(TOTPDevice):  # type: ignore[misc]  # django-otp tells no types
    """The app of django-otp; its `key` holds the secret sealed by the server's key."""

    class Meta:
        proxy = True

    @property
    def bin_key(self) -> bytes:
        """The secret as the app has it."""
        return unseal(APP_CODES, self.key)
