"""Bringing every store to a new release's structure while stores go on serving.

`plans` knows what a release brings, `steps` does one migration in one store, `ledger` remembers, `runner`
walks the stores, `gate` keeps new stores from slipping through, `lint` refuses migrations that old code or a
busy store would not survive.
"""
