"""`make demo` works, for it is the first thing that a newcomer runs."""

from dataclasses import replace
from pathlib import Path

import pytest

from deploy.local import demo
from deploy.local.config import LocalStackError
from deploy.local.stack import RunningStack


async def test_the_demo_tells_the_whole_story(
    stack: RunningStack, capsys: pytest.CaptureFixture[str]
) -> None:
    await demo.main(stack.config)
    assert capsys.readouterr().out.endswith("The whole story worked.\n")


async def test_the_demo_says_what_is_not_ready(stack: RunningStack, unused_tcp_port: int) -> None:
    half = replace(stack.config, ports={**stack.config.ports, "reports-worker": unused_tcp_port})
    with pytest.raises(LocalStackError, match=r"^Not ready: .*reports-worker"):
        await demo.main(half, patience=0.0)


async def test_the_demo_needs_a_stack(stack: RunningStack, tmp_path: Path) -> None:
    with pytest.raises(LocalStackError, match=r"not running; `make up` starts it"):
        await demo.main(replace(stack.config, home=tmp_path))
