"""Providers that are not there: small real HTTP servers with dials, for tests and for `make run`."""
