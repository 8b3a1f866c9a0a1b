"""The only code that touches the database: schema, migrations, and the verbs of the work.

Open it with `open_store`, or with `bot.privacy.opening.open_records`; take a transaction from `store.write()` or
`store.read()`, or a `Writer` in an event loop; pass it to verbs of the topic modules.
"""

from bot.records.errors import (
    KeyDestroyed,
    NotFound,
    ReadOnly,
    RecordsRefusal,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreRefused,
)
from bot.records.store import Store, open_store
from bot.records.transaction import Keyring, Tx, new_id
from bot.records.writer import Writer, WriterTimeout

__all__ = [
    "KeyDestroyed", "Keyring", "NotFound", "ReadOnly", "RecordsRefusal", "Store", "StoreBusy", "StoreDamaged",
    "StoreError", "StoreFull", "StoreRefused", "Tx", "Writer", "WriterTimeout", "new_id", "open_store",
]  # fmt: skip
