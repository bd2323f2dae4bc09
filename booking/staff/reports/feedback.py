"""What customers wrote after their visits: for the managers of the store alone, without names."""

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from booking.bookings.feedback import answer_in_words
from booking.reports.feedback_words import words_of_store
from booking.staff.access import StaffContext, at_store, staff_page
from stores.models import Role


@require_safe
@at_store(need=Role.MANAGER)
def feedback_words(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Show what customers wrote, the newest first, page by page."""
    typed = request.GET.get("before", "")
    before = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 16 else None
    found = words_of_store(at.store.pk, before=before)
    lines = [(line, answer_in_words(line.answer)) for line in found.lines]
    context = {"section": "reports", "lines": lines, "next": found.next, "is_first": before is None}
    return staff_page(request, at, "staff/reports/feedback.html", context)
