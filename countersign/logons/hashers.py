"""Password hashing: Argon2id at OWASP's 19 MiB, two passes, one lane."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2Hasher(Argon2PasswordHasher):
    """Django's Argon2id at the cost that DESIGN.md chose: Django's own takes 100 MiB and five times as long."""

    time_cost = 2
    memory_cost = 19_456  # KiB
    parallelism = 1
