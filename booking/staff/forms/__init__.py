"""Forms for staff. They check shape alone; services decide what may be done."""
