"""What the two demo stores sell: plain values, no database."""

from typing import Final

from config.demo.catalogue import batik, kopi

CATALOGUES: Final = {"kopi": kopi.catalogue, "batik": batik.catalogue}
