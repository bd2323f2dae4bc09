"""Addresses of the reports."""

from django.urls import path

from booking.staff.reports import feedback, organization, store, visits_file

urlpatterns = [
    path("staff/<slug:store>/numbers/", store.what_happened, name="staff-report"),
    path("staff/<slug:store>/numbers/words/", feedback.feedback_words, name="staff-feedback-words"),
    path("staff/<slug:store>/numbers/<slug:part>.csv", store.what_happened_csv, name="staff-report-csv"),
    path("staff/<slug:store>/visits.csv", visits_file.visits_csv, name="staff-visits-csv"),
    path("staff/<slug:store>/visits.xlsx", visits_file.visits_xlsx, name="staff-visits-xlsx"),
    path("staff/o/<slug:organization>/numbers/", organization.what_happened, name="staff-organization-report"),
    path(
        "staff/o/<slug:organization>/numbers/<slug:part>.csv",
        organization.what_happened_csv,
        name="staff-organization-report-csv",
    ),
]
