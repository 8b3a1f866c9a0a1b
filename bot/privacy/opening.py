"""Opens the records with the practice's keys, for every process that needs them."""

from __future__ import annotations

from bot.privacy.keys import open_keyring
from bot.records.store import Store, open_store
from bot.settings import Settings


def open_records(settings: Settings) -> Store:
    """The practice's records, migrated and ready. Raises a StoreError that names the remedy.

    The keyring goes with the store: `store.keyring`.
    """
    keyring = open_keyring(settings.stored_at(settings.keys_url), settings.path(settings.practice_key_file))
    try:
        return open_store(settings.stored_at(settings.database_url), keyring=keyring)
    except BaseException:
        keyring.close()
        raise
