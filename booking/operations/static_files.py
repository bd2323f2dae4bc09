"""Storage of static files under names with a digest of their content, also in imports between scripts."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

# Django's pattern for `import … from "…";`. Another of its patterns takes the types in our comments for imports.
_IMPORTS = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1][:1]


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # no stubs
    """Storage that lets a script import exactly the version of another script for which it was written.

    It covers only our own scripts: Django's switch for this reads all scripts, and fails on a comment in another's.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("booking/staff/*.js", _IMPORTS))
