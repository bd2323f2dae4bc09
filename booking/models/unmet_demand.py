"""Unmet demand: how many people looked for a time and found none."""

from django.db import models

from stores.models import Store, VisitType


class UnmetDemand(models.Model):
    """The places that were looked for in vain in one half-day of a store, for one kind of visit.

    Nothing in it tells of a person: it is a sum. It is deleted some weeks after its day.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_index=False)
    date = models.DateField()  # of the wanted visit, the store's own day
    is_afternoon = models.BooleanField()  # from noon, or the store's break at noon, to the end of the day
    visit_type = models.ForeignKey(VisitType, on_delete=models.CASCADE, related_name="+", db_index=False)
    places = models.PositiveIntegerField()
    slots = models.PositiveSmallIntegerField()  # of the half-day, at the desk that has most

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "date", "is_afternoon", "visit_type"], name="unmet_demand_of_a_half_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.date} {'afternoon' if self.is_afternoon else 'morning'} {self.places}"
