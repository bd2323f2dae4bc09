"""The page of the day schedule."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from booking.bookings.crowds import crowds
from booking.bookings.customer_visits import visit_of_store
from booking.bookings.day_schedule import DaySchedule, night_schedule
from booking.formats.absence_wording import absence_in_words
from booking.formatting import moment_in_words, visit_type_name
from booking.messages.inbox import count_waiting
from booking.staff.access import StaffContext, staff_page
from booking.staff.affected_visits import just_done
from booking.staff.day.board import day_board
from booking.staff.day.crowds import crowd_in_words
from booking.staff.day.links import DayLinks
from booking.staff.day.phone_calls import visits_to_phone
from booking.staff.day.rows import VisitRows, sprite
from booking.staff.day.table import BoardRows
from booking.staff.obstacle_wording import obstacle_words
from booking.staff.room_wording import room_words
from booking.staff.setup.first_steps import steps_card
from booking.staff.setup.put_back_offers import url_to_put_back
from booking.tokens import read_reference
from booking.web.forms import FormProblem
from booking.web.query_params import is_within_reach
from booking.web.responses import see_other
from notifications import circuits, queries
from notifications.models import Channel
from stores.absences import Absence, times_around
from stores.closings import closed_times
from stores.hours import ONE_DAY, Interval, day_start

_CAN_BE_PUT_BACK = {"slots": "slots", "away": "absence"}  # what was done, and its part of the trail


def day_page(
    request: HttpRequest,
    at: StaffContext,
    day: date | None,
    *,
    changed: str = "",
    done: str = "",
    problems: Sequence[FormProblem] = (),
    etag: str = "",
    status: int = 200,
) -> HttpResponse:
    """Return a day's schedule, without `day` the one that goes on; `changed` is the visit that was just changed.

    A visit right after midnight may stand on the page of the day before: an address that names it here leads there.
    """
    schedule = night_schedule(store=at.store.slug, date=day, now=at.now, messages="trouble")
    if _is_of_night_before(request, schedule):
        asked = request.GET.copy()
        asked["date"] = (schedule.date - ONE_DAY).isoformat()
        return see_other(f"{reverse('staff-day', args=[at.store.slug])}?{asked.urlencode()}")
    context = {
        "section": "day",
        "date": schedule.date,
        "today": _today(at, schedule),
        "earlier": _reached(schedule.date - ONE_DAY),
        "later": _reached(schedule.date + ONE_DAY),
        **_board(request, at, schedule, changed=changed, done=done),
        **_notices(at, schedule),
        **_just_done(request, at, done),
        "away": _away(at, schedule),
        "problems": [*problems],
        "etag": etag,
    }
    return staff_page(request, at, "staff/day/day.html", context, status=status)


def _board(request: HttpRequest, at: StaffContext, schedule: DaySchedule, *, changed: str, done: str) -> dict[str, Any]:
    """Return the table of visits, the filters above it, and how many more to phone stand on other days."""
    day_url = reverse("staff-day", args=[at.store.slug])
    query = urlencode({"date": schedule.date.isoformat()})
    visits_url = _visits_url(request, at)
    rows = VisitRows(schedule, visits_url=visits_url, changed=changed, done_words=_done_words(done))
    links = DayLinks(request, day_url=day_url, day=schedule.date)
    board = day_board(schedule, rows, links.show)
    table = BoardRows(
        board,
        schedule.rules,
        now=at.now,
        fold_url=links.fold_url,
        book_url=reverse("staff-book", args=[at.store.slug]),
        slots_url=f"{reverse('staff-slots', args=[at.store.slug])}?{query}" if at.is_manager else "",
    )
    shown = {visit.reference for visit in schedule.bookings}
    return {
        "board": board,
        "board_rows": table.html(links.parts(board, schedule)),
        "filters": links.filters(board),
        "show": links.show,
        "sprite": sprite(),
        "to_phone_others": sum(visit.reference not in shown for visit in visits_to_phone(at)),
        "day_query": query,
    }


def _notices(at: StaffContext, schedule: DaySchedule) -> dict[str, Any]:
    """Return what staff should know beside the visits: what keeps customers away, and messages that wait."""
    today = _today(at, schedule)
    return {
        # The rules of a later day lack the special hours before it.
        "obstacle": obstacle_words(at, schedule.rules) if schedule.date <= today else None,
        "steps_card": steps_card(at, schedule.rules) if schedule.date == today else None,
        "waiting_words": _waiting_words(at.zone),
        "room_words": room_words(at.store, now=at.now),
        "crowd_words": _crowd_words(at),
        "text_words": _text_words(at),
        "texts_waiting": count_waiting(at.store),
    }


def _just_done(request: HttpRequest, at: StaffContext, done: str) -> dict[str, Any]:
    """Return what was done just now, in words, and where it is put back."""
    return {
        "done": done,
        "done_words": _done_words(done),
        "affected_done": just_done(request, at),
        "put_back_url": url_to_put_back(at, _CAN_BE_PUT_BACK[done]) if done in _CAN_BE_PUT_BACK else "",
    }


def _reached(day: date) -> date | None:
    return day if is_within_reach(day) else None


def _is_of_night_before(request: HttpRequest, schedule: DaySchedule) -> bool:
    """Tell whether the visit that an address names is of the calendar's day, but of the hours that began before it.

    One statement, where the hours of the evening before go on past midnight and the visit is not on the page.
    """
    wanted = request.GET.get("visit", "") or request.GET.get("changed", "")
    midnight = day_start(schedule.date, schedule.rules.zone)
    if not wanted or schedule.begins_at == midnight or any(one.reference == wanted for one in schedule.bookings):
        return False
    visit = visit_of_store(read_reference(wanted) or "", store_id=schedule.rules.id)
    return visit is not None and midnight <= visit.starts_at < schedule.begins_at


def _today(at: StaffContext, schedule: DaySchedule) -> date:
    """Return the day that goes on, where it is the one shown or the one before; else the calendar's."""
    if schedule.is_going_on:
        return schedule.date
    return at.today - ONE_DAY if schedule.date == at.today and at.now < schedule.begins_at else at.today


def unknown_day_page(request: HttpRequest, at: StaffContext) -> HttpResponse:
    """Return the page that asks for a day again."""
    problem = FormProblem(_("This day does not exist. Please choose another one."), "id_date")
    context = {"section": "day", "date": at.today, "problems": [problem]}
    return staff_page(request, at, "staff/day/unknown_day.html", context, status=400)


def _visits_url(request: HttpRequest, at: StaffContext) -> str:
    """Return the address of the visits' own pages: a short one on the day's own page, whose rows repeat it."""
    day_url = reverse("staff-day", args=[at.store.slug])
    return "../visits/" if request.path == day_url else f"{day_url.removesuffix('day/')}visits/"


def _away(at: StaffContext, schedule: DaySchedule) -> list[tuple[str, str, str]]:
    """Return who is away on a day: the desk, the words of the absence, and where it is removed.

    The store itself, where it is closed again and again, has no name.
    """
    rules, day = schedule.rules, schedule.date
    away = [
        (visit_type_name(desk.name), absence_in_words(one, today=at.today), _url_to_remove(at, "absence", one))
        for desk in rules.desks
        for one in desk.absences
        if _takes_time_of(times_around([one], rules, first_date=day, last_date=day), day, at.zone)
    ]
    closed = [
        ("", absence_in_words(one, today=at.today), _url_to_remove(at, "closing", one))
        for one in rules.closings
        if _takes_time_of(closed_times(replace(rules, closings=(one,)), first_date=day, last_date=day), day, at.zone)
    ]
    return closed + away


def _url_to_remove(at: StaffContext, what: str, one: Absence) -> str:
    return reverse(f"staff-setup-{what}-remove", args=[at.store.slug, one.id])


def _takes_time_of(times: Sequence[Interval], day: date, zone: ZoneInfo) -> bool:
    begins, ends = day_start(day, zone), day_start(day + ONE_DAY, zone)
    return any(one.starts_at < ends and one.ends_at > begins for one in times)


def _waiting_words(zone: ZoneInfo) -> list[str]:
    """Return the notices to staff about channels whose provider accepts nothing at the moment. One statement."""
    words = {
        Channel.SMS: _("No text message has left since {moment}: the provider takes none."),
        Channel.EMAIL: _("No e-mail has left since {moment}: the mail server takes none."),
    }
    after = _("What is due waits, and goes as soon as that is mended. Please phone anybody who cannot wait.")
    return [
        f"{words[channel].format(moment=moment_in_words(opened.at, zone))} {after}"
        for channel, opened in circuits.opened().items()
    ]


def _crowd_words(at: StaffContext) -> list[str]:
    """Return the notices to a manager about connections that booked many visits. One statement."""
    if not at.is_manager:
        return []
    return [crowd_in_words(one, at) for one in crowds(store_id=at.store.pk, now=at.now)]


def _text_words(at: StaffContext) -> list[str]:
    """Return the notices to a manager about text messages not sent in the last 24 hours. One statement."""
    if not at.is_manager:
        return []
    refused = queries.refused_texts(account=at.store.slug, since=at.now - ONE_DAY)
    over, pumped = refused.pop("budget", 0), sum(refused.values())
    words = []
    if over:
        sentence = ngettext(
            "{count} text message was not sent in the last 24 hours: the store’s texts of the day were used up.",
            "{count} text messages were not sent in the last 24 hours: the store’s texts of the day were used up.",
            over,
        )
        words.append(sentence.format(count=over) + " " + _("Reminders have a share of their own."))
    if pumped:
        sentence = ngettext(
            "{count} text message was not sent in the last 24 hours: far more were asked for than usual.",
            "{count} text messages were not sent in the last 24 hours: far more were asked for than usual.",
            pumped,
        )
        words.append(sentence.format(count=pumped) + " " + _("Somebody may be booking with numbers of others."))
    return words


def _done_words(done: str) -> str:
    return {
        "booked": _("Just booked"),
        "moved": _("Just moved here"),
        "cancelled": _("Just cancelled"),
        "phoned": _("Phoned"),
        "texted": _("The texts are on their way."),
        "slots": _("The times have been changed."),
        "away": _("It is noted: nobody can book there meanwhile."),
    }.get(done, "")
