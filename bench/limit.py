"""The limit: bare Django that does the same work with nothing around it. `granian --interface wsgi bench.limit:wsgi`.

No checks of input, no history, no plan of messages, no limits, no languages: what Django and PostgreSQL cannot be
hurried beyond. With STOCK=1 it has the middleware of `startproject`, for the form flow. DATABASE_URL names a database
that `bench/limit_database.py` made.
"""

import json
import os
import random
import secrets
from datetime import UTC, datetime, timedelta

import django
import environ
from django.conf import settings

D = "django.contrib."
STOCK_MIDDLEWARE = (
    "django.middleware.security.SecurityMiddleware",
    f"{D}sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    f"{D}auth.middleware.AuthenticationMiddleware",
    f"{D}messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
)
PAGES = {
    "choose.html": """<!doctype html><title>Book</title>{% for m in messages %}<p>{{ m }}</p>{% endfor %}
<form method=post action=/form>{% csrf_token %}
{% for s in slots %}<label><input type=radio name=slot value="{{ s.id }}"{% if s.booked >= s.capacity %} disabled
{% endif %}> {{ s.starts_at|date:"H:i" }} <small>{{ s.capacity }} places, {{ s.booked }} taken</small></label>
{% endfor %}<input name=name><input name=phone><button>Book</button></form>""",
    "done.html": """<!doctype html><title>Booked</title><h1>Booked: {{ b.slot.starts_at|date:'Y-m-d H:i' }}</h1>
<p>{{ b.name }}</p><a href='/ics/1'>Calendar</a>""",
    "day.html": """<!doctype html><title>Day</title><table>{% for b in rows %}<tr><td>{{ b.slot__starts_at|date:"H:i" }}
<td>{{ b.name }}<td>{{ b.phone }}<td><a href="/b/{{ b.token }}">open</a>
{% endfor %}</table>""",
}
IS_STOCK = bool(os.environ.get("STOCK"))
PROCESSORS = ["django.template.context_processors.request"]
if IS_STOCK:
    PROCESSORS += [f"{D}auth.context_processors.auth", f"{D}messages.context_processors.messages"]
settings.configure(
    SECRET_KEY=secrets.token_hex(),
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    SESSION_ENGINE=f"{D}sessions.backends.signed_cookies",
    MIDDLEWARE=STOCK_MIDDLEWARE if IS_STOCK else (),
    INSTALLED_APPS=[D + app for app in ("auth", "contenttypes", "sessions", "messages")] if IS_STOCK else [],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "context_processors": PROCESSORS,
                # Kept once compiled, as Django does it for files.
                "loaders": [
                    ("django.template.loaders.cached.Loader", [("django.template.loaders.locmem.Loader", PAGES)])
                ],
            },
        }
    ],
    DATABASES={"default": {**environ.Env().db(), "CONN_MAX_AGE": None}},
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django.core.wsgi import get_wsgi_application
from django.db import connection, models, transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path

FIRST = datetime(2027, 1, 4, tzinfo=UTC)
DAY = timedelta(days=1)
STORES, DAYS, BUSY_STORE = 10, 25, 50
FREE = """SELECT coalesce(json_agg(json_build_array(id, to_char(starts_at AT TIME ZONE 'UTC', 'MM-DD HH24:MI'),
capacity - booked) ORDER BY starts_at), '[]')::text FROM slot
WHERE store_id = %s AND service_id = 1 AND starts_at >= %s AND starts_at < %s"""


class Slot(models.Model):
    store_id = models.IntegerField()
    service_id = models.IntegerField()
    starts_at = models.DateTimeField()
    capacity = models.IntegerField()
    booked = models.IntegerField(default=0)

    class Meta:
        app_label, db_table, managed = "limit", "slot", False

    def __str__(self) -> str:
        return str(self.pk)


class Booking(models.Model):
    slot = models.ForeignKey(Slot, models.CASCADE)
    name = models.TextField()
    phone = models.TextField()
    token = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        app_label, db_table, managed = "limit", "booking", False

    def __str__(self) -> str:
        return str(self.pk)


class Outbox(models.Model):
    booking = models.ForeignKey(Booking, models.CASCADE)
    kind = models.TextField()
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        app_label, db_table, managed = "limit", "outbox", False

    def __str__(self) -> str:
        return str(self.pk)


def free(request: HttpRequest, days: int) -> HttpResponse:
    first = FIRST + random.randrange(DAYS - days + 1) * DAY
    with connection.cursor() as cursor:
        cursor.execute(FREE, (random.randint(1, STORES), first, first + days * DAY))
        return HttpResponse(cursor.fetchone()[0], content_type="application/json")


def take(slot: object, name: str, phone: str) -> str | None:
    """Book by three statements in one transaction; return the booking's token, None where the slot is full."""
    now = datetime.now(UTC)
    with transaction.atomic():
        if not Slot.objects.filter(pk=slot, booked__lt=F("capacity")).update(booked=F("booked") + 1):
            return None
        token = secrets.token_hex(16)
        booking = Booking.objects.create(slot_id=slot, name=name, phone=phone, token=token, created_at=now)
        Outbox.objects.create(booking=booking, kind="sms_reminder", due_at=now + DAY)
    return token


def book(request: HttpRequest) -> HttpResponse:
    asked = json.loads(request.body)
    token = take(asked["slot"], asked["name"], asked["phone"])
    if token is None:
        return JsonResponse({"error": "full"}, status=409)
    return JsonResponse({"token": token}, status=201)


def choose(request: HttpRequest) -> HttpResponse:
    first = FIRST + random.randrange(DAYS) * DAY
    slots = Slot.objects.filter(store_id=random.randint(1, STORES), service_id=1)
    slots = slots.filter(starts_at__gte=first, starts_at__lt=first + DAY).order_by("starts_at")
    return render(request, "choose.html", {"slots": slots.values("id", "starts_at", "capacity", "booked")})


def form(request: HttpRequest) -> HttpResponse:
    token = take(request.POST["slot"], request.POST["name"], request.POST["phone"])
    return HttpResponse("full", status=409) if token is None else redirect(f"/done/{token}")


def done(request: HttpRequest, token: str) -> HttpResponse:
    return render(request, "done.html", {"b": Booking.objects.select_related("slot").get(token=token)})


def busy_rows() -> QuerySet[Booking, dict[str, object]]:
    rows = Booking.objects.filter(slot__store_id=BUSY_STORE).order_by("slot__starts_at", "id")
    return rows.values("id", "name", "phone", "token", "slot__starts_at")


def busy_json(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"bookings": list(busy_rows())})


def busy_html(request: HttpRequest) -> HttpResponse:
    return render(request, "day.html", {"rows": busy_rows()})


def event(row: dict[str, object]) -> str:
    return (
        f"BEGIN:VEVENT\r\nUID:{row['token']}@x\r\nDTSTAMP:20261122T100000Z\r\n"
        f"DTSTART:{row['slot__starts_at']:%Y%m%dT%H%M%SZ}\r\nDURATION:PT15M\r\n"
        f"SUMMARY:Visit {row['name']}\r\nEND:VEVENT\r\n"
    )


def ics(request: HttpRequest, events: int) -> HttpResponse:
    body = "".join(map(event, busy_rows()[:events]))
    whole = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{body}END:VCALENDAR\r\n"
    return HttpResponse(whole, content_type="text/calendar")


urlpatterns = [
    path("free/<int:days>", free),
    path("book", book),
    path("choose", choose),
    path("form", form),
    path("done/<token>", done),
    path("busy.json", busy_json),
    path("busy.html", busy_html),
    path("ics/<int:events>", ics),
]
wsgi = get_wsgi_application()
