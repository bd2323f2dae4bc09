"""Forms of sharing: sites that may show the store, and the protection of its booking pages."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from booking.staff.forms.fields import tick
from booking.staff.forms.shared import StaffForm
from stores.embed_origins import BadOrigin, origin_of
from stores.services import ORIGINS_MAX

TYPED_MAX = 4000


class OriginsField(forms.CharField):
    """Addresses of sites, one a line."""

    def clean(self, value: Any) -> list[str]:
        """Return the origin of each, once. Raises ValidationError that names the line."""
        origins: list[str] = []
        for line in filter(None, map(str.strip, super().clean(value).splitlines())):
            try:
                origin = origin_of(line)
            except BadOrigin:
                raise ValidationError(
                    _("“{line}” is no address of a site. Write it such as https://www.example.org.").format(
                        line=line[:80]
                    ),
                    code="invalid",
                ) from None
            if origin not in origins:
                origins.append(origin)
        if len(origins) > ORIGINS_MAX:
            raise ValidationError(
                _("These are too many sites. There can be at most {count}.").format(count=ORIGINS_MAX),
                code="too_many",
            )
        return origins


class SharingForm(StaffForm):
    """The sites that may show the store's times."""

    embed_origins = OriginsField(
        required=False,
        max_length=TYPED_MAX,
        label=gettext_lazy("Your own sites"),
        help_text=gettext_lazy(
            "One address on each line, such as https://www.example.org. No other site can show your times."
        ),
        widget=forms.Textarea(
            attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
        ),
        error_messages={"max_length": gettext_lazy("This is too long. Please shorten it.")},
    )


class ProtectionForm(StaffForm):
    """The protection of the booking pages against bots."""

    asks_proof_under_load = tick(
        gettext_lazy("Ask for a short calculation when far more is booked than usual"),
        help_text=gettext_lazy(
            "The customer's device then calculates for a few seconds: nobody has to solve anything."
        ),
    )
