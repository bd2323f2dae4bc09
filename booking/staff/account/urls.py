"""Addresses of signing in and of the user's own account."""

from django.urls import path

from booking.staff.account import (
    join,
    new_password,
    notices,
    own_details,
    password,
    pin,
    second_factor,
    second_step,
    sign_in,
    typed_again,
)

urlpatterns = [
    path("staff/", sign_in.home, name="staff-home"),
    path("staff/invitations/<slug:store>/", sign_in.answer_to_invitation, name="staff-invitation"),
    path("staff/sign-in/", sign_in.sign_in, name="staff-sign-in"),
    path("staff/sign-in/password/", new_password.own_password, name="staff-own-password"),
    path("staff/password/", new_password.forgotten, name="staff-forgotten"),
    path("staff/password/<str:token>/", new_password.by_link, name="staff-password-link"),
    path("staff/join/<str:token>/", join.join, name="staff-join"),
    path("staff/account/details/", own_details.own_details, name="staff-own-details"),
    path("staff/account/notices/", notices.notices, name="staff-notices"),
    path("staff/notices/<str:token>/", notices.end_by_link, name="staff-notices-end"),
    path("staff/sign-out/", sign_in.sign_out, name="staff-sign-out"),
    path("staff/sign-in/second/", second_step.second_step, name="staff-second-step"),
    path("staff/sign-in/passkey/", second_step.passkey, name="staff-passkey"),
    path("staff/sign-in/passkey/options/", second_step.passkey_options, name="staff-passkey-options"),
    path("staff/account/", password.account, name="staff-account"),
    path("staff/account/end/", password.end, name="staff-account-end"),
    path("staff/account/second-factor/", second_factor.own_second_factor, name="staff-second-factor"),
    path("staff/account/pin/", pin.own_pin, name="staff-own-pin"),
    path("staff/<slug:store>/typed/", typed_again.typed_again, name="staff-typed"),
]
