"""`python -m config.preloaded_granian ...`: granian, whose workers share what was loaded before they began.

It takes granian's own options. Workers are forked, also when one is replaced: it then serves at once.
"""

import os

import django
from granian.cli import entrypoint

from config import preloading

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")
    django.setup()
    preloading.load_for_web()
    entrypoint()
