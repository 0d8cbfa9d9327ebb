"""What rooms above customers bring to the page of one: their orders, for example."""

from core.kernel.panels import PanelBoard

panels = PanelBoard("orders", "messages")
