"""Addresses of arrivals, the tablet, the line and the door poster."""

from django.urls import path

from booking.arrivals.step_rules import ACTIONS
from booking.staff.arrivals import app, door_poster, line, pairing, steps, sync

urlpatterns = [
    path("staff/pair/", pairing.pair, name="staff-pair"),
    path("staff/<slug:store>/unlock/", pairing.unlock, name="staff-unlock"),
    path("staff/<slug:store>/door/", door_poster.door, name="staff-door"),
    path("staff/<slug:store>/door/renew/", door_poster.renew, name="staff-door-renew"),
    path("staff/<slug:store>/queue/", line.show_line, name="staff-line"),
    path("staff/<slug:store>/queue/join/", line.join, name="staff-line-join"),
    path("staff/<slug:store>/queue/act/", line.act, name="staff-line-act"),
    path("staff/<slug:store>/display/", line.display, name="staff-display"),
    path("staff/<slug:store>/arrivals/", steps.arrivals, name="staff-arrivals"),
    path("staff/<slug:store>/walk-ins/", steps.walk_in, name="staff-walk-in"),
    *(
        path(
            f"{steps.VISIT_PATH}/{name.replace('_', '-')}/",
            steps.act,
            {"action": name},
            name=f"staff-visit-{name.replace('_', '-')}",
        )
        for name in ACTIONS
    ),
    path("staff/<slug:store>/arrivals/data/", sync.data, name="staff-arrivals-data"),
    path("staff/<slug:store>/arrivals/actions/", sync.actions, name="staff-arrivals-actions"),
    path("staff/worker.js", app.worker, name="staff-worker"),
    path("staff/<slug:store>/arrivals/app/", app.shell, name="staff-arrivals-shell"),
    path("staff/<slug:store>/arrivals/app.webmanifest", app.manifest, name="staff-arrivals-manifest"),
]
