"""What more places would have done, from the unmet demand of the last four weeks. Nothing here writes."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from booking.models import UnmetDemand
from booking.reports.planner import Addition, Unmet, best_addition
from stores.hours import ONE_DAY

DAYS_LOOKED_BACK = 28  # each weekday four times


def added_places(days: Mapping[int, date]) -> dict[int, Addition]:
    """Return the best addition of each store where there is one, with one statement.

    `days` has each store's own today by its id; the four weeks before it count.
    """
    if not days:
        return {}
    rows = UnmetDemand.objects.filter(
        store_id__in=days,
        date__gte=min(days.values()) - DAYS_LOOKED_BACK * ONE_DAY,
        date__lt=max(days.values()),
    ).order_by()
    found: dict[int, list[Unmet]] = defaultdict(list)
    columns = rows.values_list("store_id", "date", "is_afternoon", "visit_type__slot_count", "places", "slots")
    for store_id, day, is_afternoon, slot_count, places, slots in columns.iterator(chunk_size=5000):
        if days[store_id] - DAYS_LOOKED_BACK * ONE_DAY <= day < days[store_id]:
            found[store_id].append(Unmet(day, is_afternoon, slot_count, places, slots))
    additions = {store_id: best_addition(all_of) for store_id, all_of in found.items()}
    return {store_id: addition for store_id, addition in additions.items() if addition is not None}
