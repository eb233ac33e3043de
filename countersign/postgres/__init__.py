"""PostgreSQL without an installation: find its binaries, run a private server, make the two database roles.

A leaf: standard library and psycopg only, so that ``bin/`` can use it before anything else stands.
"""
