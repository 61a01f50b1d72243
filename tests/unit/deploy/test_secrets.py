"""Secrets: private, made once, complete."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jwt
import pytest

from deploy.local import secrets, token
from deploy.local.config import AUDIENCE, ISSUER, SERVICES, LocalConfig


@pytest.fixture
def config(tmp_path: Path) -> LocalConfig:
    return LocalConfig.on_free_ports(tmp_path / "home")


def contents(config: LocalConfig) -> dict[str, str]:
    return {path.name: path.read_text() for path in config.secret("").iterdir()}


def test_files_are_for_their_owner_only(config: LocalConfig) -> None:
    secrets.ensure(config)
    assert config.secret("").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in config.secret("").iterdir()} == {0o600}


def test_every_service_has_its_own(config: LocalConfig) -> None:
    secrets.ensure(config)
    made = contents(config)
    assert len(set(made.values())) == len(made) == 2 + 4 * len(SERVICES)
    for service in SERVICES:
        for name in (f"{service}_key", f"{service}_digest_key"):
            assert len(base64.b64decode(made[name], validate=True)) == 32


def test_what_exists_is_never_overwritten(config: LocalConfig) -> None:
    secrets.ensure(config)
    before = contents(config)
    config.secret("reports_key").unlink()
    secrets.ensure(config)
    after = contents(config)
    assert after.pop("reports_key") != before.pop("reports_key")
    assert after == before


def test_starts_at_the_same_time_agree(config: LocalConfig) -> None:
    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(start, [config] * 8))
    assert len(set(seen)) == 1


def start(config: LocalConfig) -> tuple[str, str]:
    secrets.ensure(config)
    return config.secret("issuer.pem").read_text(), config.jwks.read_text()


def test_a_token_verifies_with_the_published_keys(config: LocalConfig) -> None:
    minted = token.mint(config, "T82.X30169", ["officer", "approver"], "somebody")
    published = json.loads(config.jwks.read_text())["keys"]
    assert [set(key) for key in published] == [{"kty", "crv", "x", "kid", "alg", "use"}]
    key = jwt.PyJWKSet.from_dict({"keys": published})[jwt.get_unverified_header(minted)["kid"]]
    claims = jwt.decode(
        minted,
        key,
        algorithms=["EdDSA"],
        issuer=ISSUER,
        audience=AUDIENCE,
        options={"require": ["exp", "iat"]},
    )
    assert claims["exp"] - claims["iat"] == 12 * 60 * 60
    assert (claims["agency"], claims["sub"]) == ("T82.X30169", "somebody")
    assert claims["roles"] == ["officer", "approver"]


def test_the_command_prints_only_the_token(
    config: LocalConfig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHINH_DANH_HOME", str(config.home))
    token.main(["--agency", "T82", "--roles", "officer, viewer", "--sub", ""])
    printed = capsys.readouterr()
    assert printed.err == ""
    claims = jwt.decode(printed.out.strip(), options={"verify_signature": False})
    assert claims["roles"] == ["officer", "viewer"]
    assert claims["sub"] == "local:T82:officer+viewer"


def test_a_system_is_told_from_a_person(
    config: LocalConfig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHINH_DANH_HOME", str(config.home))
    token.main(["--agency", "T82", "--roles", "officer", "--system"])
    claims = jwt.decode(capsys.readouterr().out.strip(), options={"verify_signature": False})
    assert claims["client_id"] == claims["sub"] == "local-system:T82:officer"


def test_an_unknown_role_is_refused(config: LocalConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHINH_DANH_HOME", str(config.home))
    with pytest.raises(SystemExit):
        token.main(["--agency", "T82", "--roles", "officer,root"])
    assert not config.home.exists()


def test_no_token_in_production(config: LocalConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHINH_DANH_HOME", str(config.home))
    monkeypatch.setenv("ENVIRONMENT", "production")
    with pytest.raises(SystemExit, match="refused in production"):
        token.main(["--agency", "T82", "--roles", "officer"])
    assert not config.home.exists()
