"""Forms for staff. They check only the shape of input; services decide what may be done."""
