"""What the worker's command line imports: the doorbell, with every duty registered."""

from tenants.bell import huey

__all__ = ["huey"]
