"""Static files under names with a digest of their content, also in imports between our own scripts."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

# Of Django's patterns the one for `import … from "…";`: another takes the types in our comments for imports as well.
_IMPORTS = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1][:1]


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # no stubs
    """Storage that lets a script import exactly the version of another that it was written for.

    Our own alone: Django's switch for it reads all scripts, and stumbles over a comment in one of another's.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("booking/staff/*.js", _IMPORTS))
