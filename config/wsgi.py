"""The web process: what the WSGI server imports."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

from tenants.backend import limits

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")

application = get_wsgi_application()
limits.for_web()
for _path in settings.ON_START:
    import_string(_path)()
