"""How passwords are kept: Argon2id with the figures that OWASP and ASVS ask for, and no more.

Django's own choice takes 100 MiB and eight threads for each log-in: four log-ins at once fill what a small
machine has, and a sign-up waits longer for its password than for its store. Hashes of other figures stay
valid and are written anew at the next log-in.
"""

from django.contrib.auth.hashers import Argon2PasswordHasher


class FrugalArgon2PasswordHasher(Argon2PasswordHasher):
    """19 MiB, two passes, one lane."""

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1
