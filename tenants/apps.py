from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "tenants"
    verbose_name = "Stores"

    def ready(self) -> None:
        # A worker knows only the duties of modules that are loaded.
        from tenants import accounts, housekeeping, invitations, pool, provisioning  # noqa: F401, PLC0415
        from tenants.archive import backups, exporting, leaving, orphans, restoring  # noqa: F401, PLC0415
        from tenants.domains import watch  # noqa: F401, PLC0415
        from tenants.moving import services  # noqa: F401, PLC0415

        accounts.count_limits_for_all_hosts()
