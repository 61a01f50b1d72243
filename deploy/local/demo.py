"""`make demo`: the one story, step by step, against the running local stack."""

import asyncio
import base64
import hashlib
import hmac
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from deploy.local import pidfile
from deploy.local.config import SERVICES, LocalConfig, LocalStackError
from deploy.local.readiness import answers_ok
from deploy.local.token import mint

COMMUNE, PROVINCE, ELSEWHERE = "T82.X30169", "T82", "T01"
PATIENCE_SECONDS = 5.0


@dataclass
class Outside:
    """What is not ours in the story: the agency's web site, and a subscriber's webhook receiver."""

    page: str
    received: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    async def trust_txt(self, _: web.Request) -> web.Response:
        return web.Response(text=f"# The commune's own accounts\nsocial={self.page}\n")

    async def hook(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.headers.append({**request.headers, "body": body.decode()})
        self.received.append(await request.json())
        return web.Response(status=204)


class Story:
    """Calls the three APIs and tells what happens."""

    def __init__(self, config: LocalConfig, client: aiohttp.ClientSession) -> None:
        self._config = config
        self._client = client
        self._step = 0

    def say(self, text: str) -> None:
        self._step += 1
        print(f"\n{self._step:>2}. {text}")

    async def call(
        self,
        service: str,
        method: str,
        path: str,
        who: str | None = None,
        body: Any = None,
        expect: int = 200,
        not_yet: int = 0,
    ) -> Any:
        """One request, told in a line. `who` is `agency role name`, or None for a citizen. After the status `not_yet`
        it is repeated for a while: a service hears what another has done a moment later.
        """
        headers = {"Accept-Language": "en"}
        if who:
            agency, role, name = who.split()
            headers["Authorization"] = f"Bearer {mint(self._config, agency, [role], name)}"
        url, deadline = self._config.url(service) + path, time.monotonic() + PATIENCE_SECONDS
        while True:
            async with self._client.request(method, url, json=body, headers=headers) as answer:
                result = await answer.json()
            print(f"    {method:<5}{service}{path}  →  {answer.status}")
            if answer.status == expect:
                return result
            if answer.status != not_yet or time.monotonic() > deadline:
                raise LocalStackError(f"Expected {expect}: {result}")
            await asyncio.sleep(0.2)

    async def until(self, link: str, expected: str) -> None:
        """Ask what everybody is told about a link until it is this: each replica knows a moment after the commit.

        Raises:
            LocalStackError: it is still something else.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (told := (await self.call("registry", "GET", f"/v1/verify?url={link}"))["verdict"]) != expected:
            if time.monotonic() > deadline:
                raise LocalStackError(f"Still {told} after {PATIENCE_SECONDS} seconds, expected {expected}.")
            await asyncio.sleep(0.05)


OFFICER, APPROVER = f"{COMMUNE} officer an", f"{COMMUNE} approver binh"


async def tell(story: Story, page: str, outside: Outside, port: int) -> None:
    """The story. Every step checks its answer."""
    story.say("A neighbouring system subscribes to what concerns the commune.")
    body = {
        "channel": "webhook",
        "url": f"http://127.0.0.1:{port}/hook",
        "event_types": ["reports.*", "registry.account.*"],
    }
    subscription = await story.call("notifications", "POST", "/v1/subscriptions", OFFICER, body, expect=201)
    account = await enrol(story, page, f"http://127.0.0.1:{port}")
    await report_impostor(story, page)
    await report_takeover(story, account)
    await check_webhooks(story, outside, subscription["secret"])
    await check_feeds(story, {event["id"] for event in outside.received})


async def enrol(story: Story, page: str, site: str) -> Any:
    """From draft to official: proof, two people, verification."""
    story.say("An officer of the People's Committee of Lấp Vò commune enters its page, and proves control.")
    body = {
        "agency_code": COMMUNE,
        "kind": "agency",
        "url": page,
        "display_name": "UBND xã Lấp Vò",
        "languages": ["vi"],
    }
    account = await story.call("registry", "POST", "/v1/accounts", OFFICER, body, expect=201)
    path = f"/v1/accounts/{account['id']}"
    body = {"method": "well_known", "site": site}
    proof = await story.call("registry", "POST", f"{path}/proofs", OFFICER, body, expect=201)
    print(f"    the site must publish: {proof['publish']['line']}")
    checked = await story.call("registry", "POST", f"{path}/proofs/{proof['id']}/check", OFFICER)
    print(f"    proof: {checked['state']}")

    story.say("The officer submits; nobody can approve their own work; a second person approves.")
    submitted = await story.call("registry", "POST", f"{path}/submit", OFFICER)
    seen = {"expected_version": submitted["version"]}
    await story.call("registry", "POST", f"{path}/approve", f"{COMMUNE} approver an", seen, expect=403)
    await story.call("registry", "POST", f"{path}/approve", APPROVER, seen)

    story.say("Anybody can verify the link, however it was copied.")
    mobile = page.replace("www.", "m.").upper().replace("HTTPS", "https") + "/"
    for link, expected in (
        (page, "official"),
        (mobile, "official"),
        (f"{page}.hotro", "resembles"),
        (f"https://evil.example/?u={page}", "unknown"),
    ):
        await story.until(link, expected)
        print(f"    {expected}")
    return account


async def report_impostor(story: Story, page: str) -> None:
    """A citizen's report, and who sees how much of it."""
    story.say("A citizen reports a fake page, without an account, and can follow the report.")
    target = f"{page}.hotro"
    body = {
        "harm": "impersonation_agency",
        "targets": [target],
        "agency_code": COMMUNE,
        "facts": {"claim": "Trang chính thức của UBND xã Lấp Vò", "deception": ["asks_money"]},
        "description": "Trang nhắn tin yêu cầu đóng phí làm căn cước.",
        "contact": None,
    }
    receipt = await story.call("reports", "POST", "/v1/incidents", None, body, expect=201, not_yet=422)
    print(f"    tracking code: {receipt['tracking_code']}")
    for step in receipt["what_to_do_now"]:
        print(f"    · {step}")
    code = {"tracking_code": receipt["tracking_code"]}
    status = await story.call("reports", "POST", "/v1/track", None, code)
    print(f"    {status['agency_name']}: {status['state']}. {status['meaning']}")

    story.say("Its officers read it; the province sees that it exists; another province sees nothing.")
    for who in (OFFICER, f"{PROVINCE} officer cuong", f"{ELSEWHERE} officer dung"):
        items = (await story.call("reports", "GET", "/v1/incidents?limit=1", who))["items"]
        seen = items[0]["targets"] or "number, harm, state and clock only" if items else "nothing"
        print(f"    {who.split()[0]}: {seen}")


async def report_takeover(story: Story, account: Any) -> None:
    """The holder's urgent report."""
    story.say("The real page is hijacked. The holder reports it; within a moment everybody is told.")
    began = time.monotonic()
    body = {
        "harm": "account_takeover",
        "account_id": account["id"],
        "targets": [account["url"]],
        "agency_code": COMMUNE,
        "facts": {"signs": ["lost_access", "foreign_posts"]},
        "description": "",
        "contact": None,
    }
    await story.call("reports", "POST", "/v1/incidents", OFFICER, body, expect=201, not_yet=422)
    await story.until(account["url"], "compromised")
    print(f"    compromised, {time.monotonic() - began:.2f} s after the report")


async def check_webhooks(story: Story, outside: Outside, secret: str) -> None:
    """What the subscriber was told, and whether the signatures are good."""
    story.say("The subscriber was told of every step: ids and codes only, each message signed.")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not any(event["type"] == "registry.account.suspended.v1" for event in outside.received):
        if time.monotonic() > deadline:
            raise LocalStackError("The webhook did not arrive.")
        await asyncio.sleep(0.05)
    for event, headers in zip(outside.received, outside.headers, strict=True):
        if not _signed(headers, secret):
            raise LocalStackError(f"The signature of {event['type']} is wrong.")
        print(f"    {event['type']:<36}signature good")


async def check_feeds(story: Story, ids: set[str]) -> None:
    """The same events by the pull API."""
    story.say(
        "Whoever cannot receive webhooks reads the same events, with the same ids, from the changefeed."
    )
    for service in ("registry", "reports"):
        cursor, items = "0", None
        while items != []:
            feed = await story.call(service, "GET", f"/v1/events?after={cursor}&limit=200", OFFICER)
            cursor, items = feed["next_cursor"], feed["items"]
            ids = ids - {item["id"] for item in items}
    if ids:
        raise LocalStackError(f"{len(ids)} events are missing from the feeds.")
    print("    none is missing")


def _signed(headers: dict[str, str], secret: str) -> bool:
    """Check a Standard Webhooks signature, in four lines."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{headers['body']}".encode()
    expected = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return expected in headers["webhook-signature"].split()


async def _until_ready(config: LocalConfig, patience: float) -> None:
    if pidfile.holder(config.home / "stack.pid") is None:
        raise LocalStackError("The stack is not running; `make up` starts it.")
    names = [name for service in SERVICES for name in (service, f"{service}-worker")]
    deadline = time.monotonic() + patience
    while missing := [name for name in names if not await answers_ok(config.ports[name])]:
        if time.monotonic() > deadline:
            raise LocalStackError(f"Not ready: {', '.join(missing)}; see {config.home / 'logs'}.")
        await asyncio.sleep(0.2)


async def main(config: LocalConfig, patience: float = 60.0) -> None:
    """Set the scene and tell the story, once the stack is ready; it is given `patience` seconds for that.

    Raises:
        LocalStackError: the stack does not run or become ready, or something went otherwise than told.
    """
    await _until_ready(config, patience)
    page = f"https://www.facebook.com/ubndxalapvo.{int(time.time())}"
    outside = Outside(page)
    app = web.Application()
    app.add_routes([web.get("/.well-known/trust.txt", outside.trust_txt), web.post("/hook", outside.hook)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        async with aiohttp.ClientSession() as client:
            await tell(Story(config, client), page, outside, port)
    finally:
        await runner.cleanup()
    print("\nThe whole story worked.")


if __name__ == "__main__":
    try:
        asyncio.run(main(LocalConfig.from_environment()))
    except LocalStackError as error:
        sys.exit(str(error))
