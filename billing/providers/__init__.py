"""Whoever collects our money: one folder each, which knows HTTP and no database."""
