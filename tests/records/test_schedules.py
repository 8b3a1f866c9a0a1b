"""The rhythm of a questionnaire: set, changed, taken away, erased with the client."""

from __future__ import annotations

import pytest

from bot.records import Store, erasing, schedules
from tests.records.practice import AT, fill


def test_rhythm_is_set_changed_and_taken_away(store: Store) -> None:
    """One a measure; none to begin with."""
    here = fill(store)
    with store.write() as tx:
        assert schedules.schedules_of(tx, here.client_id) == {}
        schedules.set_schedule(tx, here.client_id, "phq9", weeks=2, by=here.therapist_id, at=AT)
        schedules.set_schedule(tx, here.client_id, "gad7", weeks=1, by=here.therapist_id, at=AT)
        schedules.set_schedule(tx, here.client_id, "phq9", weeks=4, by=here.therapist_id, at=AT)
        assert schedules.schedules_of(tx, here.client_id) == {"gad7": 1, "phq9": 4}
        schedules.set_schedule(tx, here.client_id, "gad7", weeks=None, by=here.therapist_id, at=AT)
        assert schedules.schedules_of(tx, here.client_id) == {"phq9": 4}


def test_other_rhythms_are_refused(store: Store) -> None:
    """Every one, two or four weeks."""
    here = fill(store)
    with store.write() as tx, pytest.raises(ValueError, match="3 weeks is no rhythm; there are 1, 2, 4, or none"):
        schedules.set_schedule(tx, here.client_id, "phq9", weeks=3, by=here.therapist_id, at=AT)


def test_rhythm_goes_with_the_client(store: Store) -> None:
    """It is a plan for the time ahead and no part of the record."""
    here = fill(store)
    with store.write() as tx:
        schedules.set_schedule(tx, here.client_id, "phq9", weeks=2, by=here.therapist_id, at=AT)
        erasing.erase_client(tx, here.client_id, at=AT)
        assert schedules.schedules_of(tx, here.client_id) == {}
