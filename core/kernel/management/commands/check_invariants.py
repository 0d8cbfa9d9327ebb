"""`manage.py check_invariants [--store S]`: whether everything adds up, store by store."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.kernel import invariants
from core.kernel.invariants import Result
from tenants import breaches, context, stores


class Command(BaseCommand):
    help = "Check the rules that must always hold (INV-...), and print what does not."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the store's address, for one store alone."""
        parser.add_argument("--store", default="", help="the address (slug) of one store")

    def handle(self, *, store: str, **options: Any) -> None:
        """A table per store and what was found below it; fails when anything was found."""
        chosen = stores.with_tables(slug=store)
        if store and not chosen:
            raise CommandError(f"There is no store {store}.")
        total = 0
        for each in chosen:
            with context.in_store(each):
                results = invariants.check_and_tell()
            self._print(each.slug, results)
            total += sum(len(result.violations) for result in results)
        if not store:
            total += self._print_platform()
        if total:
            raise CommandError(f"{total} violations")

    def _print(self, slug: str, results: list[Result]) -> None:
        spent = sum(result.milliseconds for result in results)
        self.stdout.write(f"\n{slug}: {len(results)} rules, {spent:.0f} ms")
        for result in results:
            verdict = f"{len(result.violations)} VIOLATIONS" if result.violations else "ok"
            figures = f"{result.milliseconds:7.1f} ms {result.queries:2d} queries"
            self.stdout.write(
                f"  {result.rule.id:9}{result.rule.room:13}{figures}  {verdict:14}{result.rule.title}"
            )
        for result in results:
            for one in result.violations:
                self.stdout.write(f"  {one.rule} {one.subject}: {one.expected} expected, {one.found} found")

    def _print_platform(self) -> int:
        found = breaches.check_platform()
        self.stdout.write(f"\nplatform: {len(found)} violations")
        for one in found:
            self.stdout.write(f"  {one.rule} {one.subject}: {one.expected} expected, {one.found} found")
        return len(found)
