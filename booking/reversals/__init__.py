"""Putting changes of a store's set-up back: by the trail's before and after, and by each part's own service."""
