"""The pages of name and address, contact, sharing and protection."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from booking.customer_input import phone_in_words
from booking.formats.map_links import directions
from booking.links import store_page_url
from booking.staff.access import StaffContext, at_store
from booking.staff.forms.address import AddressForm
from booking.staff.forms.contact import ContactForm
from booking.staff.forms.sharing import ProtectionForm, SharingForm
from booking.staff.setup.hours import FORM_METHODS
from booking.staff.setup.saving import alone, blame, form_page, posted, saved, sent_right
from stores.models import Role
from stores.services import BadValue, save_address, save_contact, save_embed_origins, save_protection


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
@alone
def address(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Change name, street, postal code, town and position; the address of the store's pages stays."""
    store = at.store
    form = AddressForm(posted(request), initial={name: getattr(store, name) for name in AddressForm.base_fields})
    if sent_right(at, form, "address"):
        try:
            save_address(store=store, **form.cleaned_data, user=at.user, now=at.now)
            return saved(at, "address")
        except BadValue as bad:
            blame(form, bad)
    context = {"map_url": directions(store).map_url, "is_imported": bool(store.source_id)}
    return form_page(request, at, "staff/setup/address.html", form, context=context)


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
@alone
def contact(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Change phone, e-mail, website and the information about wheelchair access."""
    store = at.store
    initial = {
        "phone": phone_in_words(store.phone, country=store.country) if store.phone else "",
        "email": store.email,
        "website": store.website,
        "wheelchair": store.wheelchair,
    }
    form = ContactForm(posted(request), country=store.country, initial=initial)
    if sent_right(at, form, "contact"):
        try:
            save_contact(store=store, **form.cleaned_data, user=at.user, now=at.now)
            return saved(at, "contact")
        except BadValue as bad:
            blame(form, bad)
    return form_page(request, at, "staff/setup/contact.html", form)


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
@alone
def sharing(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Show the ways to share the store, and change which sites may show its times."""
    initial = {"embed_origins": "\n".join(at.store.embed_origins.split())}
    form = SharingForm(posted(request), initial=initial)
    if sent_right(at, form, "sharing"):
        try:
            addresses = form.cleaned_data["embed_origins"]
            save_embed_origins(store=at.store, addresses=addresses, user=at.user, now=at.now)
            return saved(at, "sharing")
        except BadValue as bad:
            blame(form, bad)
    context = {
        "store_url": store_page_url(at.store.slug),
        "embed_url": f"{settings.PUBLIC_URL}{reverse('embed-script')}",
        "has_sites": bool(at.store.embed_origins),
    }
    return form_page(request, at, "staff/setup/sharing.html", form, context=context)


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
@alone
def protection(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Choose whether a proof of work is required under load."""
    form = ProtectionForm(posted(request), initial={"asks_proof_under_load": at.store.asks_proof_under_load})
    if sent_right(at, form, "protection"):
        save_protection(store=at.store, **form.cleaned_data, user=at.user, now=at.now)
        return saved(at, "protection")
    return form_page(request, at, "staff/setup/protection.html", form)
