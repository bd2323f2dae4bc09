"""Addresses of all pages for customers."""

from django.urls import path

from booking.customer import calendar_feed, crawlers, feedback_end, lost_link, rate_limit_page, self_check_in
from booking.customer.book import urls as book
from booking.customer.manage import urls as manage
from booking.customer.stores import urls as stores
from booking.customer.waiting_list import urls as waiting_list

urlpatterns = [
    *stores.urlpatterns,
    *book.urlpatterns,
    *manage.urlpatterns,
    *waiting_list.urlpatterns,
    path("s/<slug:store>/here/", self_check_in.here, name="here"),
    path("robots.txt", crawlers.robots, name="robots"),
    path("sitemap.xml", crawlers.sitemap, name="sitemap"),
    path("sitemap-pages.xml", crawlers.pages, name="sitemap-pages"),
    path("sitemap-stores-<int:number>.xml", crawlers.stores, name="sitemap-stores"),
    path("my-visits/", lost_link.lost_link, name="lost-link"),
    path("my-visits/asked/", lost_link.asked, name="lost-link-asked"),
    path("feedback/<str:token>/", feedback_end.feedback_end, name="feedback-end"),
    path("v/", lost_link.visits, name="visits"),
    path("v/<str:reference>/<str:token>", lost_link.open_list, name="visits-link"),
    path("calendars/<str:secret>.ics", calendar_feed.feed, name="feed"),
    path("calendars/desk/<str:secret>.ics", calendar_feed.desk_feed, name="desk-feed"),
    path("calendars/visits/<str:reference>/<str:token>.ics", calendar_feed.visits_feed, name="visits-feed"),
    path("later/", rate_limit_page.rate_limit_page, name="later"),
]
