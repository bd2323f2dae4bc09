"""Desks, visit types, and questions of a store."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from stores.models.hours import Recurrence, Weekday
from stores.models.store import Store


class Desk(models.Model):
    """A team or one named adviser that serves visits."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="desks")
    slug = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    capacity = models.PositiveSmallIntegerField()
    kept_back = models.PositiveSmallIntegerField(default=0)  # places the web may not take
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    languages = models.CharField(max_length=60, blank=True, default="", db_default="")  # that are spoken there: "ar,fr"
    # SHA-256 of the secret of this desk's calendar feed, in hex; the secret itself is shown once.
    feed_digest = models.CharField(max_length=64, unique=True, null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "slug"], name="desk_slug_in_store"),
            models.CheckConstraint(condition=Q(kept_back__lte=F("capacity")), name="desk_kept_back_in_capacity"),
        ]

    def __str__(self) -> str:
        return self.slug


class DeskHours(models.Model):
    """One interval in which a desk serves, within the store's hours. A desk without any serves whenever it is open."""

    desk = models.ForeignKey(Desk, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    opens = models.TimeField()
    closes = models.TimeField()  # not after `opens`: past midnight

    class Meta:
        constraints = [models.UniqueConstraint(fields=["desk", "weekday", "opens"], name="desk_hours_once")]

    def __str__(self) -> str:
        return f"{self.desk_id} {self.weekday} {self.opens:%H:%M}-{self.closes:%H:%M}"


class DeskAbsence(Recurrence):
    """When whoever serves at a desk is away, once or again and again; why is not stored. See `stores.absences`."""

    desk = models.ForeignKey(Desk, on_delete=models.CASCADE, related_name="absences")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last_date__gte=F("first_date")), name="desk_absence_in_order"),
            models.CheckConstraint(
                condition=Q(last_date__isnull=False) | Q(weekdays__gt=0), name="desk_absence_ends_or_repeats"
            ),
            models.CheckConstraint(condition=Q(weekdays__lt=128, nth__lte=5), name="desk_absence_repeats_in_range"),
        ]

    def __str__(self) -> str:
        return f"{self.desk_id} {self.first_date}"


class VisitMode(models.TextChoices):
    """Where a visit takes place."""

    STORE = "store", _("in the store")
    PHONE = "phone", _("by phone")
    VIDEO = "video", _("by video")


class VisitType(models.Model):
    """Why a customer comes, and how many consecutive slots it takes."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="visit_types")
    slug = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    slot_count = models.PositiveSmallIntegerField(default=1)
    max_party_size = models.PositiveSmallIntegerField(default=4)
    what_to_bring = models.CharField(max_length=300, blank=True)
    mode = models.CharField(max_length=5, choices=VisitMode, default=VisitMode.STORE)
    video_url = models.URLField(max_length=500, blank=True)  # shown only to the customers of its visits
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    # The desks that were ticked to serve it, among other kinds; a desk without any kind serves all.
    desks = models.ManyToManyField(Desk, related_name="visit_types", blank=True)
    # Own notice, where it is not the store's: so long before, or until this time of the day before.
    notice_minutes = models.PositiveIntegerField(null=True, blank=True)
    notice_until = models.TimeField(null=True, blank=True)
    # Minutes of the desk beside the visit itself: customers do not see them.
    minutes_before = models.PositiveSmallIntegerField(default=0, db_default=0)
    minutes_after = models.PositiveSmallIntegerField(default=0, db_default=0)
    most_at_once = models.PositiveSmallIntegerField(null=True, blank=True)  # visits at the same time, over all desks

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "slug"], name="visit_type_slug_in_store"),
            models.CheckConstraint(condition=Q(slot_count__gte=1), name="visit_type_slot_count_positive"),
            models.CheckConstraint(condition=Q(max_party_size__gte=1), name="visit_type_max_party_size_positive"),
            models.CheckConstraint(
                condition=Q(notice_minutes__isnull=True) | Q(notice_until__isnull=True), name="visit_type_one_notice"
            ),
        ]

    def __str__(self) -> str:
        return self.slug


class VisitTypeHours(models.Model):
    """One interval in which a kind of visit takes place. A kind without any takes place whenever a desk serves it."""

    visit_type = models.ForeignKey(VisitType, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    opens = models.TimeField()
    closes = models.TimeField()  # not after `opens`: past midnight

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit_type", "weekday", "opens"], name="visit_type_hours_once")]

    def __str__(self) -> str:
        return f"{self.visit_type_id} {self.weekday} {self.opens:%H:%M}-{self.closes:%H:%M}"


class QuestionKind(models.TextChoices):
    TEXT = "text", _("a short text")
    CHOICE = "choice", _("one of a list")


class StoreQuestion(models.Model):
    """A question that a store asks customers besides name and contact: at most three of all, none by default.

    And at most three more of the customers of one kind of visit.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="questions")
    visit_type = models.ForeignKey(
        VisitType, on_delete=models.CASCADE, null=True, blank=True, related_name="questions", db_index=False
    )
    text = models.CharField(max_length=120)
    text_en = models.CharField(max_length=120, blank=True, db_default="")  # for readers of other languages than French
    kind = models.CharField(max_length=6, choices=QuestionKind, default=QuestionKind.TEXT)
    choices = models.TextField(max_length=1000, blank=True)  # one a line
    is_required = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "position"], name="store_question_position", condition=Q(visit_type__isnull=True)
            ),
            models.UniqueConstraint(fields=["visit_type", "position"], name="visit_type_question_position"),
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.position}"
