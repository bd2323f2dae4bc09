"""Addresses of the reports."""

from django.urls import path

from booking.staff.reports import organization, store

urlpatterns = [
    path("staff/<slug:store>/numbers/", store.what_happened, name="staff-report"),
    path("staff/<slug:store>/numbers/<slug:part>.csv", store.what_happened_csv, name="staff-report-csv"),
    path("staff/o/<slug:organization>/numbers/", organization.what_happened, name="staff-organization-report"),
    path(
        "staff/o/<slug:organization>/numbers/<slug:part>.csv",
        organization.what_happened_csv,
        name="staff-organization-report-csv",
    ),
]
