"""Passkeys: public keys whose secret half a phone, a computer or a security key holds."""

from django.conf import settings
from django.db import models


class Passkey(models.Model):
    """The public half of a key; the secret half never leaves the device that made it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="passkeys")
    # base64url without padding; WebAuthn allows 1,023 bytes
    credential_id = models.CharField(max_length=1400, unique=True, editable=False)
    public_key = models.BinaryField()  # COSE, as the device sent it
    sign_count = models.PositiveBigIntegerField(default=0)  # 0 for ever where the device does not count
    name = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"passkey of {self.user_id}: {self.name}"
