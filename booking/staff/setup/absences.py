"""The pages of absences: whose desk is away when, one press for the rest of today, and a form for all else."""

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from booking.formats.absence_wording import absence_in_words
from booking.formatting import visit_type_name
from booking.staff.access import StaffContext, at_store, staff_page
from booking.staff.affected_visits import just_done
from booking.staff.forms.absences import AbsenceForm
from booking.staff.forms.shared import StaffForm
from booking.staff.setup.hours import FORM_METHODS
from booking.staff.setup.put_back_offers import url_to_put_back
from booking.staff.setup.saving import alone, form_page, posted, save_with
from booking.store_setup.absences import (
    add_desk_absence,
    desk_absences,
    desk_of_absence,
    is_away_already,
    remove_desk_absence,
    rest_of_today,
)
from booking.web.query_params import read_day
from booking.web.responses import see_other
from stores.models import Desk, Role
from stores.queries import rules_around


@require_safe
@at_store(need=Role.MANAGER)
def absences(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Show who is away when."""
    return _page(request, at)


def _page(request: HttpRequest, at: StaffContext, form: StaffForm | None = None) -> HttpResponse:
    desks = [
        (desk, [(one.id, absence_in_words(one, today=at.today)) for one in found])
        for desk, found in desk_absences(at.store, from_date=at.today)
    ]
    context = {
        "section": "setup",
        "desks": desks,
        "done": request.GET.get("done", ""),
        "put_back_url": url_to_put_back(at, "absence") if request.GET.get("done") else "",
        "affected_done": just_done(request, at),
        "problems": form.problems() if form else [],
    }
    return staff_page(request, at, "staff/setup/absences.html", context, status=400 if form else 200)


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
@alone
def new(request: HttpRequest, at: StaffContext, desk: str) -> HttpResponseBase:
    """Let a desk be away, once or again and again."""
    known = _desk(at, desk)
    first = read_day(request.GET.get("date", "")) or at.today
    form = AbsenceForm(posted(request), today=at.today, initial={"first_date": first})
    page = partial(form_page, request, at, "staff/setup/absence.html", form, context={"desk": known})
    if not form.is_bound or not form.is_valid():
        return page()
    apply = partial(add_desk_absence, store_id=at.store.pk, desk=known, absence=form.absence, now=at.now, user=at.user)
    done_url = f"{_absences_url(at)}?done=saved#desk-{known.slug}"
    return save_with(request, at, form, apply, what="desks", heading=_affected_by(known), page=page, done_url=done_url)


@require_POST
@at_store(need=Role.MANAGER, come_back="staff-setup-absences")
@alone
def away_now(request: HttpRequest, at: StaffContext, desk: str) -> HttpResponseBase:
    """Let a desk be away for the rest of today."""
    known, day_url = _desk(at, desk), reverse("staff-day", args=[at.store.slug])
    rules = rules_around(at.store.slug, at.now)
    absence = rest_of_today(rules, now=at.now)
    if is_away_already(rules, known, absence):  # pressed once more: removing one of two would change nothing
        return see_other(f"{day_url}?done=away")
    apply = partial(add_desk_absence, store_id=at.store.pk, desk=known, absence=absence, now=at.now, user=at.user)
    form = StaffForm(request.POST)
    return save_with(
        request,
        at,
        form,
        apply,
        what="desks",
        heading=_affected_by(known),
        page=lambda: _page(request, at, form),
        back_url=day_url,
        done_url=f"{day_url}?done=away",
    )


@require_POST
@at_store(need=Role.MANAGER, come_back="staff-setup-absences")
@alone
def remove(request: HttpRequest, at: StaffContext, absence: int) -> HttpResponseBase:
    """Remove an absence; the page after it offers to put it back."""
    found = desk_of_absence(at.store, absence)
    if found is None:  # somebody else removed it meanwhile
        return see_other(_absences_url(at))
    apply = partial(remove_desk_absence, store_id=at.store.pk, absence_id=absence, now=at.now, user=at.user)
    form = StaffForm(request.POST)
    return save_with(
        request,
        at,
        form,
        apply,
        what="desks",
        heading=_affected_by(found),
        page=lambda: _page(request, at, form),
        back_url=_absences_url(at),
        done_url=f"{_absences_url(at)}?done=removed",
    )


def _desk(at: StaffContext, slug: str) -> Desk:
    found = at.store.desks.filter(slug=slug, is_active=True).first()
    if found is None:
        raise Http404
    return found


def _affected_by(desk: Desk) -> str:
    return _("Who is affected while {desk} is away?").format(desk=visit_type_name(desk.name))


def _absences_url(at: StaffContext) -> str:
    return reverse("staff-setup-absences", args=[at.store.slug])
