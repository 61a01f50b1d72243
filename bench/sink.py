"""A webhook receiver that only counts: prints its URL, then how many it has taken, ten times a second."""

import asyncio

from aiohttp import web


async def main() -> None:
    """Serve until terminated."""
    taken = 0

    async def take(request: web.Request) -> web.Response:
        nonlocal taken
        await request.read()
        taken += 1
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}/", flush=True)
    while True:
        await asyncio.sleep(0.1)
        print(taken, flush=True)


if __name__ == "__main__":
    asyncio.run(main())
