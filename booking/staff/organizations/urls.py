"""Addresses of an organization's pages for its managers."""

from django.urls import path

from booking.staff.organizations import import_table, overview, pattern

urlpatterns = [
    path("staff/o/<slug:organization>/", overview.overview, name="staff-organization"),
    path("staff/o/<slug:organization>/pattern/", pattern.pattern, name="staff-organization-pattern"),
    path("staff/o/<slug:organization>/import/", import_table.import_table, name="staff-organization-import"),
]
