"""What a server publishes, none of it lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from lsprotocol import types
from pytest_lsp import LanguageClient


async def published(client: LanguageClient) -> AsyncIterator[types.PublishDiagnosticsParams]:
    """The diagnostics that come from now on.

    Who awaits one after the other loses what comes in the same breath: the next is asked for when one is taken.
    """
    taken: asyncio.Queue[types.PublishDiagnosticsParams] = asyncio.Queue()

    def take(params: types.PublishDiagnosticsParams) -> None:
        taken.put_nowait(params)
        ask()

    def ask() -> None:
        client.protocol.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, take)

    ask()
    while True:
        yield await taken.get()
