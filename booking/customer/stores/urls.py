"""Addresses of the store search, stores' pages, sharing, and frames for other sites."""

from django.urls import path

from booking.customer.stores import embed, find, organization, share, store

urlpatterns = [
    path("", find.find, name="find"),
    path("o/", organization.all_organizations, name="organizations"),
    path("o/<slug:organization>/", organization.organization, name="organization"),
    path("s/<slug:store>/", store.store, name="store"),
    path("s/<slug:store>/share/", share.share, name="store-share"),
    path("s/<slug:store>/code.svg", share.code, name="store-code"),
    path("s/<slug:store>/card.png", share.card, name="store-card"),
    path("s/<slug:store>/poster/", share.poster, name="store-poster"),
    path("embed/<slug:store>/", embed.embed, name="embed"),
    path("embed.js", embed.script, name="embed-script"),
]
