import httpx
from tests.support.tenant import Tenant
async def test_read(registry: httpx.AsyncClient, tenant: Tenant) -> None:
    answer = await registry.get(f"/v1/agencies/{tenant.commune}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["predecessors"] == [tenant.former]
    answer = await registry.get("/v1/accounts", headers=tenant.auth(tenant.commune, "officer"))
    assert answer.status_code == 200
