"""What staff type into pages: shape alone; what may be done is decided by the services."""
