"""Stores that come and go: archives, backups, going back to one, and leaving for good."""
