"""Which design the current request shows instead of the published one."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from storefront.design import Design

_previewed: ContextVar[Design | None] = ContextVar("previewed_design", default=None)


def previewed() -> Design | None:
    """The design that this request previews; None for shoppers."""
    return _previewed.get()


@contextmanager
def showing(design: Design) -> Iterator[None]:
    """Let the selectors answer with this design until the block ends."""
    token = _previewed.set(design)
    try:
        yield
    finally:
        _previewed.reset(token)
