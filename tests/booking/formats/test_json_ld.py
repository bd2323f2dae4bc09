import json

from booking.formats.json_ld import json_ld


def test_no_text_ends_the_script_element_or_looks_like_a_tag() -> None:
    facts = {"name": "</script><b>Tom & Ada</b>", "town": "مكتبة"}

    written = json_ld(facts)

    assert not set(written) & set("<>&")
    assert json.loads(written) == facts
    assert "مكتبة" in written
