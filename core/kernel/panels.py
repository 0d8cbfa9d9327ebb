"""Parts of a page that rooms above fill: the page knows its slots, never who fills them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tenants.permissions import Actor


@dataclass(frozen=True, slots=True)
class Step:
    """The one thing to do now: a form of the page that is sent (`form` is its id), or a place to go to."""

    label: str
    icon: str = ""
    form: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A filled slot: a template with what it needs, and perhaps the next step of the whole page."""

    template: str
    context: Mapping[str, Any]
    step: Step | None = None


@dataclass(frozen=True, slots=True)
class Viewing:
    """Who looks at a page, and the forms that came back with something wrong in them, by name."""

    actor: Actor
    bound: Mapping[str, Any] = field(default_factory=dict)


Builder = Callable[[Any, Viewing], Panel | None]


class PanelBoard:
    """The slots of one page, in the order in which they stand."""

    def __init__(self, *slots: str) -> None:
        self._slots = slots
        self._builders: dict[str, Builder] = {}

    def fill(self, slot: str) -> Callable[[Builder], Builder]:
        """Register what fills a slot. Call it from a module that the app imports when it is ready."""
        if slot not in self._slots:
            raise LookupError(f"The page has no slot {slot}.")

        def decorate(builder: Builder) -> Builder:
            self._builders[slot] = builder
            return builder

        return decorate

    def panels(self, subject: Any, viewing: Viewing) -> list[Panel]:
        """The filled slots of a page about `subject`; those with nothing to say are left out."""
        builders = [self._builders[slot] for slot in self._slots if slot in self._builders]
        built = [builder(subject, viewing) for builder in builders]
        return [panel for panel in built if panel is not None]
