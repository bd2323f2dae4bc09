"""The key that a database belongs to, by its fingerprint."""

from django.db import models


class BooksKey(models.Model):
    """The fingerprint of the secret key by which the links and digests of this database were made: one row."""

    fingerprint = models.CharField(max_length=22)

    def __str__(self) -> str:
        return self.fingerprint
