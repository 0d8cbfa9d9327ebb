"""How backups are told apart by what is in this room."""

from django.utils.translation import gettext_lazy as _

from tenants.archive import parts

parts.is_told_as("customers_customer", _("Customers"))
