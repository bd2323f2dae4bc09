"""The page of the store's tablets: pairing, taking out of service, and members' PINs."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from booking.accounts.devices import CODE_LASTS, offer_pairing, revoke_device
from booking.accounts.paired_devices import member_pins, paired_devices
from booking.accounts.pins import unlock_pin
from booking.staff.access import StaffContext, at_store, staff_page
from booking.staff.forms.devices import DeviceForm
from booking.staff.setup.hours import FORM_METHODS
from booking.staff.setup.saving import posted
from booking.web.responses import see_other
from stores.models import Role

_HALF = 4  # a code is shown in two halves
_NUMBER_LONGEST = 18


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
def devices(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """List the tablets and the members who may take them over; make a code for a new tablet, shown once."""
    form = DeviceForm(posted(request))
    code = ""
    if form.is_bound and form.is_valid():
        code = offer_pairing(store=at.store, device_name=form.cleaned_data["name"], user=at.user, now=at.now)
    problems = form.problems() if form.is_bound else []
    context = {
        "section": "setup",
        "form": form,
        "problems": problems,
        "devices": paired_devices(at.store),
        "pins": member_pins(at.store),
        "code": f"{code[:_HALF]}-{code[_HALF:]}" if code else "",
        "code_until": at.now + CODE_LASTS,
        "pair_url": request.build_absolute_uri(reverse("staff-pair")),
        "done": request.GET.get("done", ""),
    }
    return staff_page(request, at, "staff/setup/devices.html", context, status=400 if problems else 200)


@require_POST
@at_store(need=Role.MANAGER, come_back="staff-setup-devices")
def revoke(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Take a tablet out of service at once."""
    number = request.POST.get("device", "")
    is_number = number.isascii() and number.isdecimal() and len(number) <= _NUMBER_LONGEST
    if not is_number or not revoke_device(store=at.store, device_id=int(number), user=at.user, now=at.now):
        raise Http404
    return see_other(f"{reverse('staff-setup-devices', args=[at.store.slug])}?done=revoked")


@require_POST
@at_store(need=Role.MANAGER, come_back="staff-setup-devices")
def unlock(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Let a member try their PIN again."""
    done = unlock_pin(store=at.store, username=request.POST.get("username", ""), user=at.user, now=at.now)
    if done is None:
        raise Http404
    return see_other(f"{reverse('staff-setup-devices', args=[at.store.slug])}?done={done}")
