"""The seller's pages about products, one story per module."""
