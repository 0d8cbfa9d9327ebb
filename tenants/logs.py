"""Log records carry the ids of the store and of the piece of work, and never who a person is."""

import logging

from tenants.context import current_store
from tenants.scopes import current_work


class StoreFilter(logging.Filter):
    """Adds `record.store`, the opaque name of the store in force or of the work's, and `record.work`."""

    def filter(self, record: logging.LogRecord) -> bool:
        store = current_store()
        work = getattr(getattr(record, "request", None), "work", None) or current_work()
        record.store = store.schema_name if store is not None else work.store or "-"
        record.work = work.identity or "-"
        return True
