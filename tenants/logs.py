"""Log records carry the store's id, and never who a person is."""

import logging

from tenants.context import current_store


class StoreFilter(logging.Filter):
    """Adds `record.store`: the store's slug-free id, or `-` on the platform."""

    def filter(self, record: logging.LogRecord) -> bool:
        store = current_store()
        record.store = store.schema_name if store is not None else "-"
        return True
