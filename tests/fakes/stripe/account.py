"""One fake Stripe account: its books, its dials, and where its pages are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.fakes.stripe import paging
from tests.fakes.stripe.books import Books
from tests.fakes.stripe.forms import Params
from tests.fakes.stripe.shapes import Obj

AFTER_RETRIES = ("cancel", "unpaid", "past_due")


@dataclass(slots=True)
class Dials:
    """How the account behaves until a dial is turned back.

    The first four are what https://docs.stripe.com/billing/revenue-recovery/smart-retries lets one choose.
    """

    retry_days: str = "1,3,5,7,9,11,13,14"  # days after the first failure
    after_retries: str = "unpaid"  # what becomes of the subscription then: one of AFTER_RETRIES
    upcoming_days: int = 7  # invoice.upcoming comes so long before a renewal
    draft_minutes: int = 60  # how long a renewal's invoice stays a draft
    duplicates: int = 1  # how often each event is posted
    delay_seconds: int = 0
    shuffle: bool = False  # post what comes within a second in any order
    hold: bool = False  # keep events until they are released
    drop: bool = False  # never post them; they can still be listed
    bad_signature: bool = False


@dataclass(slots=True)
class Account:
    """What every call works on."""

    books: Books = field(default_factory=Books)
    dials: Dials = field(default_factory=Dials)
    root: str = "http://127.0.0.1"

    def page(self, rows: list[Obj], params: Params, url: str) -> Obj:
        """One page of a list."""
        return paging.page(rows, params, url)

    def link(self, path: str) -> str:
        """The address of one of the fake's own pages."""
        return f"{self.root}/{path}"

    def retry_days(self) -> list[int]:
        """When a failed payment is tried again, in days after the first failure."""
        return [int(word) for word in self.dials.retry_days.split(",") if word.strip()]


def settle(value: Any) -> Any:
    """What a parameter sets: the empty string clears."""
    return None if value == "" else value


def merge_metadata(obj: Obj, params: Params) -> None:
    """https://docs.stripe.com/api/metadata: keys are merged, an empty value removes one, an empty map all."""
    if "metadata" not in params:
        return
    if params["metadata"] == "":
        obj["metadata"] = {}
        return
    merged = {**(obj.get("metadata") or {}), **params["metadata"]}
    obj["metadata"] = {name: value for name, value in merged.items() if value != ""}
