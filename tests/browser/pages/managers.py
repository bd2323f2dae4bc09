"""What managers see beyond the day: texts of their own, people who leave, their organization, and signing in again."""

from dataclasses import replace
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from booking import limits
from booking.links import booking_notice_link
from booking.models import BookingNotice, NoticePace
from stores.models import Organization, OrganizationMembership, Store
from tests.browser.pages.camera import Camera
from tests.browser.pages.town import CORNER, TINY
from tests.factories import NOW, PASSWORD

SHOP = f"/staff/{CORNER}/"
CHAIN = "/staff/o/corner/"
TABLE = """id;name;latitude;longitude;town;country;opening_hours
1;Café du Port;46,32;-0,46;Niort;FR;Mo-Fr 09:00-18:00
2;;46.33;-0.47;Niort;FR;
3;Second Shop;46.33;-0.47;Niort;FR;when we like
"""
ATTEMPTS = 40


def word_texts(camera: Camera) -> None:
    """See a text in the store's own words: as it is, in Arabic, as customers would read it, and with mistakes."""
    texts = f"{SHOP}setup/messages/texts/"
    camera.get("own text", f"{texts}reminder/fr/")
    camera.get("own text from the right", f"{texts}reminder/ar/")
    long = {"sms": "{store}: {date} {time} {link} " + "é" * 150, "email": "{store} {phone}"}
    camera.post("own text, preview", f"{texts}reminder/fr/", {**long, "what": "preview"})
    wrong = {"sms": "{shop} https://elsewhere.example.org", "email": ""}
    camera.post("own text, preview of errors", f"{texts}reminder/fr/", {**wrong, "what": "preview"}, status=400)
    camera.post("own text, errors", f"{texts}reminder/fr/", wrong, status=400)
    camera.post("own text, saved", f"{texts}reminder/fr/", long)


def remove_people(camera: Camera) -> None:
    """See the question before somebody is removed, why nobody removes oneself, and other mistakes of a set-up."""
    camera.post("remove somebody", f"{SHOP}setup/members/remove/", {"username": "staff"})
    camera.post("remove oneself", f"{SHOP}setup/members/remove/", {"username": "manager"}, status=409)
    camera.post("desk, errors", f"{SHOP}setup/desks/new/", {"name": ""}, status=400)
    video = {"name": "Video", "mode": "video", "video_url": "nonsense"}
    camera.post("visit by video, errors", f"{SHOP}setup/visit-types/new/", video, status=400)
    camera.post("contact, errors", f"{SHOP}setup/contact/", {"website": "nonsense", "email": "ada"}, status=400)
    camera.post("rules, errors", f"{SHOP}setup/rules/", {"min_notice": "soon"}, status=400)


def look_after_organization(camera: Camera, manager: User) -> None:
    """See an organization of three stores: side by side, in numbers, its pattern, and a table that brings more."""
    chain = Organization.objects.get(slug="corner")
    chain.stores.add(*Store.objects.filter(slug__in=("shop-1-niort", TINY)))
    OrganizationMembership.objects.create(organization=chain, user=manager, created_at=NOW)
    camera.get("home of an organizer", "/staff/")
    camera.get("organization", CHAIN)
    camera.get("organization in numbers", f"{CHAIN}numbers/")
    camera.get("pattern", f"{CHAIN}pattern/")
    camera.post("pattern, errors", f"{CHAIN}pattern/", {"store": "elsewhere"}, status=400)
    camera.post("pattern passed on", f"{CHAIN}pattern/", {"store": CORNER, "parts": "visit_types"})
    camera.get("table", f"{CHAIN}import/")
    camera.post("table, errors", f"{CHAIN}import/", {"what": "stores", "do": "try"}, status=400)
    response = camera.client.post(
        f"{camera.reader}{CHAIN}import/",
        {"what": "stores", "do": "try", "file": SimpleUploadedFile("table.csv", TABLE.encode())},
    )
    camera.keep("table tried out", response, response.status_code)


def sign_in_again(camera: Camera, manager: User) -> None:
    """See what was typed when a session ended, the end of notices by their link, and too many wrong passwords."""
    camera.get("second factor", "/staff/account/second-factor/")
    again = replace(camera, client=Client())
    form = again.post("sign in, something was typed", f"{SHOP}setup/notice/", {"notice": "Closed on Friday"})
    again.send("typed before", form, "sign-in/", username="manager", password=PASSWORD)
    again.get("typed before, again", f"{SHOP}typed/")
    store = Store.objects.get(slug=CORNER)
    notice = BookingNotice.objects.create(
        store=store, user=manager, pace=NoticePace.TWICE, language="en", told_id=0, told_at=NOW
    )
    path = urlsplit(booking_notice_link(notice.pk, manager.pk, "en")).path.removeprefix("/en")
    stranger = replace(camera, client=Client())
    stranger.get("end notices", path)
    stranger.post("notices ended", path, {})
    stranger.get("notices ended before", path, status=404)
    with override_settings(RATE_LIMITS=True):
        wrong = {"username": "manager", "password": "wrong"}
        answers = (stranger.client.post(f"{camera.reader}/staff/sign-in/", wrong) for _ in range(ATTEMPTS))
        refused = next(one for one in answers if one.status_code == 429)
        limits._limiter().storage.reset()
    camera.keep("locked out", refused, 429)
