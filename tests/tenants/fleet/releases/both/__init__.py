from tests.tenants.fleet.releases import HERE

__path__ = [*HERE, *__path__]
