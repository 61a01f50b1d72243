"""`make demo` works, for it is the first thing that a newcomer runs."""

import pytest

from deploy.local import demo
from deploy.local.stack import RunningStack


async def test_the_demo_tells_the_whole_story(
    stack: RunningStack, capsys: pytest.CaptureFixture[str]
) -> None:
    await demo.main(stack.config)
    assert capsys.readouterr().out.endswith("The whole story worked.\n")
