"""Where what these tests hold against the code stands."""

from pathlib import Path

from tests.architecture.source import ROOT

INVENTORIES = ROOT / "config" / "inventories"
HERE = Path(__file__).parent
