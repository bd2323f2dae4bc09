"""The rules of booking, and the notice that customers read."""

from functools import partial

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from booking.staff_forms.setup import NoticeForm, RulesForm
from booking.views.setup.hours import FORM_METHODS
from booking.views.setup.saving import blame, form_page, posted, save_rules, saved
from booking.views.staff_access import AtStore, at_store
from stores.models import Role, Store
from stores.services import BadValue, save_notice, save_policy


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
def rules(request: HttpRequest, at: AtStore) -> HttpResponseBase:
    """Change what the store decided about booking."""
    initial = {name: getattr(at.store, name) for name in RulesForm.base_fields}
    form = RulesForm(posted(request), initial=initial)
    page = partial(form_page, request, at, "setup/rules.html", form)
    if not form.is_bound or not form.is_valid():
        return page()

    def save(store: Store) -> None:
        save_policy(store=store, **form.cleaned_data, user=at.user, now=at.now)

    heading = _("Who is affected by the new rules?")
    return save_rules(request, at, form, save, what="rules", heading=heading, page=page)


@require_http_methods(FORM_METHODS)
@at_store(need=Role.MANAGER)
def notice(request: HttpRequest, at: AtStore) -> HttpResponseBase:
    """Change the line at the store's top."""
    form = NoticeForm(posted(request), initial={"notice": at.store.notice})
    if form.is_bound and form.is_valid():
        try:
            save_notice(store=at.store, notice=form.cleaned_data["notice"], user=at.user, now=at.now)
            return saved(at, "notice")
        except BadValue as bad:
            blame(form, bad)
    return form_page(request, at, "setup/notice.html", form)
