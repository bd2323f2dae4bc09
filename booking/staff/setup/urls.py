"""Addresses of the set-up for managers: hours, desks, visits, questions, rules, texts, sharing, tablets, members."""

from django.urls import path

from booking.staff.setup import (
    changes,
    day_sheet,
    desks,
    devices,
    explain,
    feed,
    first_steps,
    hours,
    line,
    members,
    messages,
    overview,
    public_page,
    questions,
    rules,
    visit_types,
    waiting_room,
)

_SETUP = "staff/<slug:store>/setup"

urlpatterns = [
    path(f"{_SETUP}/", overview.overview, name="staff-setup"),
    path(f"{_SETUP}/start/", first_steps.start, name="staff-setup-start"),
    path(f"{_SETUP}/changes/", changes.changes, name="staff-setup-changes"),
    path(f"{_SETUP}/changes.csv", changes.changes_as_csv, name="staff-setup-changes-csv"),
    path(f"{_SETUP}/why/", explain.why_closed, name="staff-setup-why"),
    path(f"{_SETUP}/hours/", hours.week, name="staff-setup-hours"),
    path(f"{_SETUP}/special-hours/", hours.special, name="staff-setup-special"),
    path(f"{_SETUP}/special-hours/<str:date>/delete/", hours.delete_special, name="staff-setup-special-delete"),
    path(f"{_SETUP}/desks/new/", desks.new, name="staff-setup-desk-new"),
    path(f"{_SETUP}/desks/<slug:desk>/", desks.change, name="staff-setup-desk"),
    path(f"{_SETUP}/desk-choice/", desks.choice, name="staff-setup-desk-choice"),
    path(f"{_SETUP}/visit-types/new/", visit_types.new, name="staff-setup-visit-type-new"),
    path(f"{_SETUP}/visit-types/<slug:visit_type>/", visit_types.change, name="staff-setup-visit-type"),
    path(f"{_SETUP}/questions/", questions.questions, name="staff-setup-questions"),
    path(f"{_SETUP}/rules/", rules.rules, name="staff-setup-rules"),
    path(f"{_SETUP}/notice/", rules.notice, name="staff-setup-notice"),
    path(f"{_SETUP}/contact/", public_page.contact, name="staff-setup-contact"),
    path(f"{_SETUP}/sharing/", public_page.sharing, name="staff-setup-sharing"),
    path(f"{_SETUP}/protection/", public_page.protection, name="staff-setup-protection"),
    path(f"{_SETUP}/waiting-room/", waiting_room.waiting_room, name="staff-setup-waiting-room"),
    path(f"{_SETUP}/feed/", feed.feed, name="staff-setup-feed"),
    path(f"{_SETUP}/devices/", devices.devices, name="staff-setup-devices"),
    path(f"{_SETUP}/devices/revoke/", devices.revoke, name="staff-setup-device-revoke"),
    path(f"{_SETUP}/devices/unlock/", devices.unlock, name="staff-setup-pin-unlock"),
    path(f"{_SETUP}/line/", line.line, name="staff-setup-line"),
    path(f"{_SETUP}/day-sheet/", day_sheet.day_sheet, name="staff-setup-day-sheet"),
    path(f"{_SETUP}/messages/", messages.messages, name="staff-setup-messages"),
    path(f"{_SETUP}/members/", members.members, name="staff-setup-members"),
    path(f"{_SETUP}/members/second-factor/", members.second_factor, name="staff-setup-members-second-factor"),
    path(f"{_SETUP}/members/remove/", members.remove, name="staff-setup-member-remove"),
]
