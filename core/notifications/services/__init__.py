"""Every verb of a message: `from core.notifications import services as notifications`."""

from core.notifications.services.announcing import announce, digest_low_stock
from core.notifications.services.choosing import choose_mails
from core.notifications.services.sending import deliver, send_again

__all__ = ["announce", "choose_mails", "deliver", "digest_low_stock", "send_again"]
