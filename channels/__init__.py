"""Marketplaces and social channels of one store: accounts, listings, imported orders.

The room is empty until its first channel arrives; nothing in core may ever import it.
"""
