"""The kinds of values that the API takes, each with its bounds."""

from typing import Annotated

from pydantic import Field, StringConstraints

MOST_AMOUNT = 1_000_000_000_000
Title = Annotated[str, StringConstraints(min_length=1, max_length=150, pattern=r"^[^\x00]+$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00]+$")]
Word = Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00]*$")]
OptionName = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[^\x00]+$")]
OptionValue = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00]+$")]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[^\x00]+$")]
Sku = Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00]*$")]
Barcode = Annotated[str, StringConstraints(max_length=40, pattern=r"^[^\x00]*$")]
Slug = Annotated[str, StringConstraints(min_length=1, max_length=160, pattern=r"^[^\x00]+$")]
Prose = Annotated[str, StringConstraints(max_length=20_000, pattern=r"^[^\x00]*$")]
Line = Annotated[str, StringConstraints(max_length=150, pattern=r"^[^\x00]*$")]
Lines = Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00]*$")]
AltText = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
Amount = Annotated[int, Field(ge=0, le=MOST_AMOUNT)]
Grams = Annotated[int, Field(ge=0, le=5_000_000)]
Millimetres = Annotated[int, Field(ge=0, le=50_000)]
Threshold = Annotated[int, Field(ge=0, le=1_000_000)]
Cursor = Annotated[str, StringConstraints(max_length=900, pattern=r"^[A-Za-z0-9_-]*$")]
