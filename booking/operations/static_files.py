"""Static files under names that tell their content, the imports between our own scripts among them."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

_AGGREGATION = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # no stubs
    """A script that imports another asks for the very version that it was written for.

    Our own alone: Django's switch for it reads all scripts, and stumbles over a comment in one of another's.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("booking/staff/*.js", _AGGREGATION))
