"""DNS as a table that tests change, and servers that never answer."""

from tenants.domains.resolvers import Answer, Outcome, Resolver, TableResolver

OURS, ELSEWHERE = "127.0.0.1", "198.51.100.7"


class Zone(TableResolver):
    """Records of one resolver: `zone.put("kopi.com", "A", "127.0.0.1")`."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, list[str]]] = {}
        super().__init__(self.rows)

    def put(self, name: str, kind: str, *values: str) -> "Zone":
        self.rows.setdefault(name, {})[kind] = list(values)
        return self

    def drop(self, name: str, kind: str) -> None:
        del self.rows[name][kind]


class Silent:
    """Servers that are down."""

    def ask(self, name: str, kind: str) -> Answer:
        return Answer(Outcome.SILENT)


def resolvers(zone: Zone) -> list[Resolver]:
    """Two resolvers that agree."""
    return [zone, zone]
