"""A simulated chain: stores and visits drawn by chance, for load tests and demonstrations of size."""
