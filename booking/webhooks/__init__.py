"""Webhooks: what happens to a store's visits, told to programs of others by Standard Webhooks 1.0."""
