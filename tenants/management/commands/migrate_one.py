"""`manage.py migrate_one`: what `migrate` is in any other Django project."""

from django.core.management.commands.migrate import Command as Migrate


class Command(Migrate):
    """Django's own `migrate`, for the schema the connection is in (django-tenants replaces `migrate`)."""

    help = "Migrate the schema that the connection is in. Called by `setup` and by provisioning."
