"""Creating once: a POST that is repeated with its key has the first one's answer (ADR 26).

The key is the header `Idempotency-Key`, or `client_reference` in the body. What is kept is sealed
under a key made from the client's own, so the database alone cannot tell what was answered, nor
for whom; it goes after a day.
"""

import json
import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, TypeVar

import orjson
from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlalchemy import Column, DateTime, LargeBinary, MetaData, Table, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import clock
from shared.auth import Actor
from shared.body import json_body
from shared.crypto import keyed_digest, seal, unseal
from shared.problems import AppError, Invalid, Text

KEEP = timedelta(hours=24)
LONGEST_KEY = 255
_PRINTABLE = re.compile(rf"[\x21-\x7e]{{1,{LONGEST_KEY}}}")
# Of a stranger's key nothing else is known than that it cannot be guessed: 122 random bits (RFC 9562 §5.4).
_RANDOM_UUID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE
)

Answer = TypeVar("Answer", bound=BaseModel)


def declare(metadata: MetaData) -> Table:
    """The table `idempotency_keys`: digests and sealed answers, nothing that can be read."""
    return Table(
        "idempotency_keys",
        metadata,
        Column("scope", LargeBinary, primary_key=True),
        Column("request", LargeBinary, nullable=False),
        Column("answer", LargeBinary, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False, index=True),
    )


class KeyReused(AppError):
    """The same key came with another body."""

    status, slug = 422, "idempotency-key-reused"
    title = Text("Khoá đã dùng cho nội dung khác", "The key was used for another body")
    default_detail = Text(
        "Mỗi yêu cầu mới cần một khoá mới; lặp lại yêu cầu cũ thì gửi đúng nội dung cũ.",
        "A new request needs a new key; a repeated one needs its body unchanged.",
    )
    advice = Text(
        "Khoá này đã được dùng trong 24 giờ qua cho một nội dung khác. Nếu là yêu cầu mới, hãy tạo khoá mới; nếu là "
        "gửi lại, hãy gửi đúng nội dung lần đầu.",
        "The key was used for another body within the last 24 hours. For a new request make a new key; to repeat one, "
        "send the body it had the first time.",
    )


class InProgress(AppError):
    """The first request with this key has not been answered yet."""

    status, slug = 409, "request-in-progress"
    title = Text("Yêu cầu đang được xử lý", "The request is being handled")
    default_detail = Text(
        "Yêu cầu đầu tiên với khoá này chưa xong; hãy gửi lại sau.",
        "The first request with this key is not done; try again.",
    )
    advice = Text(
        "Một yêu cầu cùng khoá đang được xử lý. Hãy đợi số giây nêu trong `Retry-After` rồi gửi lại đúng như cũ: bạn "
        "sẽ nhận được câu trả lời của yêu cầu đầu.",
        "A request with the same key is being handled. Wait for the seconds that `Retry-After` names and send it "
        "again unchanged: you will have the answer of the first one.",
    )
    retry_after = True

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "1"})


class Repeated(Exception):
    """It was answered before; carries that answer."""

    def __init__(self, answer: bytes) -> None:
        super().__init__()
        self._answer = orjson.loads(answer)

    def response(self) -> Response:
        """The first answer again, marked as such."""
        return Response(
            orjson.dumps(self._answer["body"]),
            status_code=self._answer["status"],
            headers={**self._answer["headers"], "Idempotency-Replayed": "true"},
            media_type="application/json",
        )


@dataclass(frozen=True)
class Once:
    """A request's key, if it has one; without one nothing here has any effect."""

    request: Request
    key: str | None
    body: bytes

    async def claim(self, session: AsyncSession, actor: Actor | None) -> None:
        """Begin, unless it was done before or is being done. Call it before there is any effect.

        Raises:
            Repeated: it was done; the first answer goes out again.
            KeyReused: by a request with another body.
            InProgress: by somebody else, at this moment.
            Invalid: the key is no key, or a stranger's key could be guessed.
        """
        if self.key is None:
            return
        if not (_PRINTABLE if actor else _RANDOM_UUID).fullmatch(self.key):
            raise Invalid(_NO_KEY)
        scope = self._scope(actor)
        lock = int.from_bytes(scope[:8], signed=True)
        if not await session.scalar(_LOCK, {"lock": lock}):
            raise InProgress
        found = (await session.execute(_FIND, self._parameters(scope))).one_or_none()
        if found is None:
            return
        if found.request != self._digest("request", self.body.hex()):
            raise KeyReused
        raise Repeated(unseal(self._digest("answer", ""), found.answer, scope.hex()))

    async def keep(
        self,
        session: AsyncSession,
        actor: Actor | None,
        response: Response,
        answer: Answer,
        *,
        secrets: AbstractSet[str] = frozenset(),
    ) -> Answer:
        """Keep the 201 that is about to go out, in the transaction of its effect; returns `answer`.

        `secrets` are fields that are shown once: they are null when the answer is repeated.

        Raises:
            InProgress: a twin was faster while the transaction was paused.
        """
        if self.key is None:
            return answer
        scope = self._scope(actor)
        kept = {
            "status": 201,
            "headers": {name: value for name, value in response.headers.items() if name in _KEPT_HEADERS},
            "body": {**answer.model_dump(mode="json"), **dict.fromkeys(secrets)},
        }
        parameters = {
            **self._parameters(scope),
            "request": self._digest("request", self.body.hex()),
            "answer": seal(self._digest("answer", ""), orjson.dumps(kept), scope.hex()),
            "now": clock.now(),
        }
        if not await session.scalar(_KEEP, parameters):
            raise InProgress
        return answer

    def _scope(self, actor: Actor | None) -> bytes:
        # Who acts for two agencies creates in the name of one what they did not in that of the other.
        who = orjson.dumps([*actor.identity, actor.agency]).decode() if actor else ""
        return self._digest("scope", f"{who}\n{self.request.method} {self.request.url.path}")

    def _digest(self, purpose: str, value: str) -> bytes:
        server_key: bytes = self.request.app.state.digest_key
        return keyed_digest(server_key, f"idempotency-{purpose}", f"{self.key}\n{value}")

    def _parameters(self, scope: bytes) -> dict[str, object]:
        return {"scope": scope, "expired": clock.now() - KEEP}


async def _once(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            max_length=LONGEST_KEY,
            description="Repeat a request with the same key and body, and it is done once; for 24 hours. "
            "Without a token: a random UUID (version 4). "
            "`client_reference` in the body does the same.",
            examples=["6f0b0c3e-6a3c-4d57-9a53-0f6f2c1f7a11"],
        ),
    ] = None,
) -> Once:
    document = await json_body(request)
    if document is None:
        return Once(request, idempotency_key, await request.body())
    # A reference that is no text is refused by the route's own model, as every unknown field is.
    reference = document.get("client_reference") if isinstance(document, dict) else None
    key = idempotency_key or (reference if isinstance(reference, str) else None)
    return Once(request, key, json.dumps(document, sort_keys=True).encode())


Idempotency = Annotated[Once, Depends(_once)]
"""A route's `once`. `claim` first; give what you return to `keep`."""


_KEPT_HEADERS = frozenset({"location", "etag"})
_NO_KEY = Text(
    "Idempotency-Key (hoặc client_reference) phải gồm 1 đến 255 ký tự ASCII; không có mã truy cập thì phải là "
    "UUID phiên bản 4.",
    "Idempotency-Key (or client_reference) must be 1 to 255 visible ASCII characters; without a token, "
    "a UUID of version 4.",
)
_LOCK = text("SELECT pg_try_advisory_xact_lock(:lock)")
_FIND = text("SELECT request, answer FROM idempotency_keys WHERE scope = :scope AND created_at > :expired")
_KEEP = text("""
    INSERT INTO idempotency_keys AS kept (scope, request, answer, created_at)
    VALUES (:scope, :request, :answer, :now)
    ON CONFLICT (scope) DO UPDATE
    SET request = excluded.request, answer = excluded.answer, created_at = excluded.created_at
    WHERE kept.created_at <= :expired
    RETURNING true
""")
