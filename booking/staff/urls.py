"""Addresses of all pages for staff."""

from booking.staff.account import urls as account
from booking.staff.arrivals import urls as arrivals
from booking.staff.day import urls as day
from booking.staff.inbox import urls as inbox
from booking.staff.organizations import urls as organizations
from booking.staff.reports import urls as reports
from booking.staff.setup import urls as setup
from booking.staff.waiting_list import urls as waiting_list

urlpatterns = [
    *account.urlpatterns,
    *arrivals.urlpatterns,
    *day.urlpatterns,
    *inbox.urlpatterns,
    *organizations.urlpatterns,
    *reports.urlpatterns,
    *setup.urlpatterns,
    *waiting_list.urlpatterns,
]
