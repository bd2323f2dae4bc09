"""Opening hours, special hours and closings."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from stores.models.store import Store


class Weekday(models.IntegerChoices):
    """The days of the week, numbered as in `date.weekday()`."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class OpeningHours(models.Model):
    """One interval of a weekday on which the store is open, in the store's wall-clock time."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    opens = models.TimeField()
    closes = models.TimeField()  # not after `opens`: past midnight

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "weekday", "opens"], name="opening_hours_once")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.weekday} {self.opens:%H:%M}-{self.closes:%H:%M}"


class SpecialHours(models.Model):
    """The hours of one date, instead of those of the weekday; a row without times means closed."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="special_hours")
    date = models.DateField()
    opens = models.TimeField(null=True, blank=True)
    closes = models.TimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "date", "opens"], name="special_hours_once"),
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True) | Q(opens__isnull=False, closes__isnull=False),
                name="special_hours_both_or_none",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.date}"


class Recurrence(models.Model):
    """One stretch of time, or weekdays again and again: the columns of `stores.absences.Absence`."""

    first_date = models.DateField()
    last_date = models.DateField(null=True, blank=True)  # none: it repeats for good
    from_time = models.TimeField(null=True, blank=True)
    until_time = models.TimeField(null=True, blank=True)
    weekdays = models.PositiveSmallIntegerField(default=0)  # 1 for Monday, 2 for Tuesday, 4 … added up; 0: no repeating
    nth = models.PositiveSmallIntegerField(default=0)  # of the month: 1 to 4, 5 for the last one; 0: each week

    class Meta:
        abstract = True


class StoreClosing(Recurrence):
    """When a store is closed again and again, but for dates with special hours. See `stores.closings`."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="closings")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last_date__gte=F("first_date")), name="store_closing_in_order"),
            models.CheckConstraint(
                condition=Q(weekdays__gt=0, weekdays__lt=128, nth__lte=5), name="store_closing_repeats_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.first_date}"
