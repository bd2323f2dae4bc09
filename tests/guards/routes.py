"""The table of who may call what: an address without a row fails `test_routes.py`.

PUBLIC needs nothing; TOKEN a booking's own secret; SIGNED the provider's signature; STAFF and MANAGER a sign-in and a
membership of that store: for everybody else the store's things do not exist. ORGANIZATION needs who manages it all,
DEVICE one of the store's tablets.
"""

PUBLIC, TOKEN, SIGNED, SIGN_IN, STAFF, MANAGER = "public", "token", "signed", "sign-in", "staff", "manager"
ORGANIZATION, DEVICE = "organization", "device"

ROUTES = {
    PUBLIC: """
        /
        my-visits/
        my-visits/asked/
        later/
        o/
        o/<slug:organization>/
        s/<slug:store>/
        s/<slug:store>/share/
        s/<slug:store>/code.svg
        s/<slug:store>/card.png
        s/<slug:store>/poster/
        embed/<slug:store>/
        embed.js
        staff/worker.js
        staff/pair/
        staff/sign-in/second/
        staff/sign-in/password/
        staff/password/
        staff/sign-in/passkey/
        staff/sign-in/passkey/options/
        robots.txt
        sitemap.xml
        sitemap-pages.xml
        sitemap-stores-<int:number>.xml
        s/<slug:store>/book/
        s/<slug:store>/book/hold/
        s/<slug:store>/book/kept/
        s/<slug:store>/book/extend/
        s/<slug:store>/book/details/
        s/<slug:store>/book/answer/
        s/<slug:store>/book/check/
        s/<slug:store>/book/confirm/
        s/<slug:store>/book/already/
        s/<slug:store>/book/moment/
        s/<slug:store>/book/later/
        s/<slug:store>/book/wait/
        s/<slug:store>/wait/
        s/<slug:store>/here/
        s/<slug:store>/erased/
        healthz
        readyz
        metrics
        calendars/<str:secret>.ics
        calendars/desk/<str:secret>.ics
        api/v1/stores
        api/v1/stores/<slug:store>
        api/v1/stores/<slug:store>/availability
        api/v1/availability/lookup
        api/v1/holds
        api/v1/holds/<str:token>
        api/v1/holds/<str:token>/extend
        api/v1/bookings
        api/v1/waiting-list
        api/v1/schema
        api/v1/docs
        api/v1/
        ^api(?:/|$)
    """,
    TOKEN: """
        b/<str:reference>/
        b/<str:reference>/booked/
        b/<str:reference>/link/
        b/<str:reference>/change/
        b/<str:reference>/cancel/
        b/<str:reference>/confirm/
        b/<str:reference>/late/
        b/<str:reference>/texts/
        b/<str:reference>/feedback/
        b/<str:reference>/feedback/answer/
        b/<str:reference>/feedback/words/
        b/<str:reference>/choose/
        b/<str:reference>/kept/
        b/<str:reference>/details/
        b/<str:reference>/calendar.ics
        b/<str:reference>/data/
        b/<str:reference>/erase/
        m/<str:token>
        q/<str:token>
        feedback/<str:token>/
        m/<str:reference>/<str:token>
        staff/day-sheet/address/<str:token>/
        staff/password/<str:token>/
        staff/join/<str:token>/
        staff/notices/<str:token>/
        v/
        v/<str:reference>/<str:token>
        calendars/visits/<str:reference>/<str:token>.ics
        w/<str:reference>/
        w/<str:reference>/take/
        w/<str:reference>/pass/
        w/<str:reference>/leave/
        p/<str:token>
        o/<str:reference>/<str:token>
        api/v1/waiting-list/<str:reference>
        api/v1/bookings/<str:reference>
        api/v1/bookings/<str:reference>/reschedule
        api/v1/bookings/<str:reference>/cancel
        api/v1/bookings/<str:reference>/confirm
        api/v1/bookings/<str:reference>/calendar.ics
        api/v1/bookings/<str:reference>/data
        api/v1/bookings/<str:reference>/erase
    """,
    SIGNED: """
        webhooks/twilio/status
        webhooks/twilio/inbound
        webhooks/twilio/voice
        webhooks/email/tracking
        webhooks/email/inbound
    """,
    SIGN_IN: """
        staff/
        staff/sign-in/
        staff/sign-out/
        staff/invitations/<slug:store>/
        staff/account/
        staff/account/end/
        staff/account/pin/
        staff/account/details/
        staff/account/notices/
        staff/account/second-factor/
        api/v1/staff/token
        api/v1/staff/stores
    """,
    STAFF: """
        staff/<slug:store>/day/
        staff/<slug:store>/setup/why/
        staff/<slug:store>/day/export.csv
        staff/<slug:store>/day/export.xlsx
        staff/<slug:store>/week/
        staff/<slug:store>/weeks/
        staff/<slug:store>/day/book/
        staff/<slug:store>/day/book/caller/
        staff/<slug:store>/find/
        staff/<slug:store>/to-phone/
        staff/<slug:store>/visits/<str:reference>/
        staff/<slug:store>/visits/<str:reference>/move/
        staff/<slug:store>/visits/<str:reference>/move/places/
        staff/<slug:store>/visits/<str:reference>/cancel/
        staff/<slug:store>/visits/<str:reference>/phoned/
        staff/<slug:store>/visits/<str:reference>/text-now/
        staff/<slug:store>/visits/<str:reference>/text/
        staff/<slug:store>/visits/<str:reference>/check-in/
        staff/<slug:store>/visits/<str:reference>/start/
        staff/<slug:store>/visits/<str:reference>/complete/
        staff/<slug:store>/visits/<str:reference>/no-show/
        staff/<slug:store>/visits/<str:reference>/undo/
        staff/<slug:store>/arrivals/
        staff/<slug:store>/arrivals/data/
        staff/<slug:store>/arrivals/app/
        staff/<slug:store>/arrivals/app.webmanifest
        staff/<slug:store>/arrivals/actions/
        staff/<slug:store>/waiting/
        staff/<slug:store>/inbox/
        staff/<slug:store>/inbox/<int:text>/
        staff/<slug:store>/inbox/<int:text>/settle/
        staff/<slug:store>/waiting/join/
        staff/<slug:store>/typed/
        staff/<slug:store>/waiting/<str:reference>/leave/
        staff/<slug:store>/walk-ins/
        staff/<slug:store>/door/
        staff/<slug:store>/queue/
        staff/<slug:store>/queue/join/
        staff/<slug:store>/queue/act/
        staff/<slug:store>/display/
        api/v1/staff/stores/<slug:store>/day
        api/v1/staff/stores/<slug:store>/bookings
        api/v1/staff/stores/<slug:store>/walk-ins
        api/v1/staff/bookings/<str:reference>/check-in
        api/v1/staff/bookings/<str:reference>/start
        api/v1/staff/bookings/<str:reference>/complete
        api/v1/staff/bookings/<str:reference>/no-show
        api/v1/staff/bookings/<str:reference>/undo
        api/v1/staff/bookings/<str:reference>/cancel
        api/v1/staff/bookings/<str:reference>/reschedule
    """,
    MANAGER: """
        staff/<slug:store>/day/slots/
        staff/<slug:store>/day/text-now/
        staff/<slug:store>/crowds/
        staff/<slug:store>/door/renew/
        staff/<slug:store>/numbers/
        staff/<slug:store>/numbers/words/
        staff/<slug:store>/numbers/<slug:part>.csv
        staff/<slug:store>/visits.csv
        staff/<slug:store>/visits.xlsx
        staff/<slug:store>/setup/
        staff/<slug:store>/setup/start/
        staff/<slug:store>/setup/changes/
        staff/<slug:store>/setup/changes.csv
        staff/<slug:store>/setup/changes/<int:change>/put-back/
        staff/<slug:store>/setup/hours/
        staff/<slug:store>/setup/special-hours/
        staff/<slug:store>/setup/special-hours/holidays/
        staff/<slug:store>/setup/special-hours/<str:date>/delete/
        staff/<slug:store>/setup/desks/new/
        staff/<slug:store>/setup/desks/<slug:desk>/
        staff/<slug:store>/setup/desks/<slug:desk>/calendar/
        staff/<slug:store>/setup/desks/<slug:desk>/absences/
        staff/<slug:store>/setup/desks/<slug:desk>/away-now/
        staff/<slug:store>/setup/absences/
        staff/<slug:store>/setup/absences/<int:absence>/remove/
        staff/<slug:store>/setup/closings/
        staff/<slug:store>/setup/closings/<int:closing>/remove/
        staff/<slug:store>/setup/desk-choice/
        staff/<slug:store>/setup/webhooks/
        staff/<slug:store>/setup/keys/
        staff/<slug:store>/setup/visit-types/new/
        staff/<slug:store>/setup/visit-types/<slug:visit_type>/
        staff/<slug:store>/setup/questions/
        staff/<slug:store>/setup/rules/
        staff/<slug:store>/setup/notice/
        staff/<slug:store>/setup/feed/
        staff/<slug:store>/setup/address/
        staff/<slug:store>/setup/contact/
        staff/<slug:store>/setup/sharing/
        staff/<slug:store>/setup/protection/
        staff/<slug:store>/setup/waiting-room/
        staff/<slug:store>/setup/line/
        staff/<slug:store>/setup/texting/
        staff/<slug:store>/setup/messages/
        staff/<slug:store>/setup/messages/texts/
        staff/<slug:store>/setup/messages/texts/<slug:name>/<slug:language>/
        staff/<slug:store>/setup/messages/sent/
        staff/<slug:store>/setup/members/invite/
        staff/<slug:store>/setup/members/invitations/<int:invitation>/
        staff/<slug:store>/setup/messages/sent/<int:message>/
        staff/<slug:store>/setup/feedback/
        staff/<slug:store>/setup/calls/
        staff/<slug:store>/setup/day-sheet/
        staff/<slug:store>/setup/devices/
        staff/<slug:store>/setup/devices/revoke/
        staff/<slug:store>/setup/devices/unlock/
        staff/<slug:store>/setup/members/
        staff/<slug:store>/setup/members/remove/
        staff/<slug:store>/setup/members/second-factor/
        api/v1/staff/stores/<slug:store>/opening-hours
        api/v1/staff/stores/<slug:store>/special-hours
        api/v1/staff/stores/<slug:store>/special-hours/<str:date>
        api/v1/staff/stores/<slug:store>/slots
        api/v1/staff/stores/<slug:store>/feed
    """,
    DEVICE: """
        staff/<slug:store>/unlock/
    """,
    ORGANIZATION: """
        staff/o/<slug:organization>/
        staff/o/<slug:organization>/numbers/
        staff/o/<slug:organization>/pattern/
        staff/o/<slug:organization>/import/
        staff/o/<slug:organization>/numbers/<slug:part>.csv
    """,
}
TABLE = {route if route != "/" else "": who for who, routes in ROUTES.items() for route in routes.split()}
METHODS = ("get", "post", "put", "patch", "delete")
FILL = {
    "<int:text>": "1",
    "<int:message>": "1",
    "<int:invitation>": "1",
    "<int:change>": "1",
    "<int:absence>": "1",
    "<int:closing>": "1",
    "<slug:store>": "corner-shop-niort",
    "<slug:name>": "reminder",
    "<slug:language>": "fr",
    "<slug:organization>": "chain",
    "<slug:part>": "visits",
    "<str:date>": "2026-11-30",
    "<slug:desk>": "main",
    "<slug:visit_type>": "visit",
    "<str:token>": "wrong",
}


def of(*kinds: str) -> list[str]:
    return [route for route, who in TABLE.items() if who in kinds]


def address(route: str, reference: str = "00000000") -> str:
    for blank, value in {**FILL, "<str:reference>": reference}.items():
        route = route.replace(blank, value)
    return f"/{route}"
