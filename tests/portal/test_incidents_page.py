"""The register's counts on a page: the owner's, without anybody's name or words."""

from __future__ import annotations

from tests import doors
from tests.portal.conftest import Door, text_of


def test_the_owner_sees_counts_and_no_name(door: Door) -> None:
    """A line a month; the year before is empty."""
    episode_id = door.alert(door.people.ada)
    door.browser(door.people.wren).post(f"/episodes/{episode_id}/close", {"outcome": "reached_and_safe"})
    owner = door.browser(door.people.sam)
    page = text_of(owner.get("/incidents"))
    year = doors.now().year
    assert f"{year}-{doors.now():%m}" in page
    assert "Reached, and safe for now: 1" in page
    assert "Ada" not in page
    assert "No alert and no direct question in this year." in text_of(owner.get(f"/incidents?year={year - 1}"))
    assert owner.get("/incidents?year=1").status_code == 400
