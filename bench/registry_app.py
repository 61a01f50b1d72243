"""The registry API with empty routes beside its own, to compare verification with.

python -m bench.registry_app        (environment of the registry service)
"""

from fastapi import APIRouter

from services.registry.main import SERVICE, build
from services.registry.settings import Settings
from shared.app import serve

router = APIRouter()


@router.get("/bench/empty")
@router.post("/bench/empty")
async def empty() -> dict[str, str]:
    """What an answer costs at all: middleware, routing, JSON."""
    return {"status": "ok"}


if __name__ == "__main__":
    settings = Settings()
    app = build(settings)
    app.include_router(router)
    serve(app, SERVICE.name, settings)
