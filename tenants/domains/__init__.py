"""Domains that sellers bring: claimed, proven by a TXT record, looked at every day, given back."""
