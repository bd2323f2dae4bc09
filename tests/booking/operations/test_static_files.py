import re
import shutil
from pathlib import Path

from django.core.files.storage import FileSystemStorage

from booking.operations.static_files import StaticFiles

STATIC = Path(__file__).resolve().parents[3] / "booking" / "static"
IMPORT = re.compile(r'^import .* from "(.*)";$', re.MULTILINE)
HASHED = re.compile(r"\.[0-9a-f]{12}\.js$")


def test_script_asks_for_the_very_version_of_what_it_imports(tmp_path: Path) -> None:
    source = FileSystemStorage(STATIC)
    names = [str(path.relative_to(STATIC)) for path in STATIC.rglob("*.js")]
    for name in names:
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(STATIC / name, target)
    storage = StaticFiles(location=tmp_path, base_url="/static/")
    failed = [found for name, _hashed, found in storage.post_process({name: (source, name) for name in names})
              if isinstance(found, Exception)]  # fmt: skip

    assert failed == []
    imports = 0
    for name in names:
        hashed = tmp_path / storage.hashed_files[name]
        asked = IMPORT.findall(hashed.read_text())
        assert len(asked) == len(IMPORT.findall((STATIC / name).read_text()))
        for path in asked:
            assert HASHED.search(path), f"{name} asks for {path}"
            assert (hashed.parent / path).is_file()
        imports += len(asked)
    assert imports
