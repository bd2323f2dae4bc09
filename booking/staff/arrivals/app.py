"""The arrivals screen as an app: its manifest, and the service worker that keeps its files for offline use."""

import json
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from booking.staff.access import StaffContext, at_store, staff_page
from booking.staff.arrivals.ui_strings import arrivals_words, icons
from booking.staff.arrivals.visit_json import screen_rules
from booking.staff.arrivals.walk_in_form import walk_in_form
from stores.queries import rules_around

JSQR = "booking/vendor/jsqr-1.4.0.js"
_STYLES = ("tokens", "base", "staff", "tablet", "print")
_MODULES = (
    "app",
    "day",
    "desk",
    "dom",
    "rows",
    "scan",
    "search",
    "sound",
    "store",
    "sync",
    "texts",
    "view",
    "words",
)
_ICONS = {"192x192": "booking/staff/arrivals/icon-192.png", "512x512": "booking/staff/arrivals/icon-512.png"}
ASSETS = (
    *(f"booking/css/{name}.css" for name in _STYLES),
    "booking/icon.svg",
    *(f"booking/staff/arrivals/{name}.js" for name in _MODULES),
    JSQR,
)


def app_context(at: StaffContext) -> dict[str, Any]:
    """Return what the page passes to its scripts."""
    names = {"store": at.store.slug, "data": "staff-arrivals-data", "actions": "staff-arrivals-actions"}
    addresses = {name: reverse(route, args=[at.store.slug]) for name, route in names.items() if name != "store"}
    return {
        "app": {
            **addresses,
            "shell": reverse("staff-arrivals-shell", args=[at.store.slug]),
            "worker": reverse("staff-worker"),
            "vendor": static(JSQR),
        },
        "app_words": arrivals_words(),
        "app_rules": screen_rules(),
        "app_icons": icons(),
    }


@require_safe
@at_store(devices=True, names_nobody=True)
def shell(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Return the screen without any visit; a tablet stores it and fills it from its copy of the day."""
    rules = rules_around(at.store.slug, at.now)
    context = {
        "section": "arrivals",
        "is_shell": True,
        "rules": rules,
        "walk_in": walk_in_form(at, rules),
        **app_context(at),
    }
    return with_camera(staff_page(request, at, "staff/arrivals/arrivals.html", context))


def with_camera(response: HttpResponseBase) -> HttpResponseBase:
    """Allow a page to use the camera, to scan codes of visits."""
    response["Permissions-Policy"] = settings.CAMERA_POLICY
    return response


@require_safe
@at_store(devices=True, names_nobody=True)
def manifest(request: HttpRequest, at: StaffContext) -> HttpResponseBase:
    """Return the manifest that a browser needs to install the screen."""
    name = _("Arrivals")
    return JsonResponse(
        {
            "id": reverse("staff-arrivals", args=[at.store.slug]),
            "name": f"{name} – {at.store.name}",
            "short_name": name,
            "start_url": reverse("staff-arrivals", args=[at.store.slug]),
            "scope": reverse("staff-home"),
            "display": "standalone",
            "background_color": "#fffdf9",
            "theme_color": "#0f5c4d",
            "icons": [
                {"src": static(name), "sizes": size, "type": "image/png", "purpose": purpose}
                for size, name in _ICONS.items()
                for purpose in ("any", "maskable")
            ],
        },
        content_type="application/manifest+json",
    )


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Return the service worker; it knows the files of this version, and nothing of any store."""
    assets = [static(name) for name in ASSETS]
    version = sha256("".join(assets).encode()).hexdigest()[:12]
    context = {"settings": json.dumps({"version": version, "assets": assets})}
    response = render(request, "staff/arrivals/worker.js", context, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response
