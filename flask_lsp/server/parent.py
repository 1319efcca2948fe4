"""Whether the process that started us still runs."""

from __future__ import annotations

import asyncio
import os
import sys

INTERVAL = 3.0
"""Seconds between two looks; a client that ends properly says so, this is for those that crash."""


async def gone(process: int) -> None:
    """Returns when no process has this id any more."""
    while is_running(process):
        await asyncio.sleep(INTERVAL)


if sys.platform == "win32":

    def is_running(process: int) -> bool:
        # Signal 0 would end the process here.
        import ctypes

        synchronize, timeout = 0x00100000, 0x00000102
        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(synchronize, False, process)
        if not handle:
            return False
        try:
            return kernel.WaitForSingleObject(handle, 0) == timeout
        finally:
            kernel.CloseHandle(handle)

else:

    def is_running(process: int) -> bool:
        if process <= 0:
            return False
        try:
            os.kill(process, 0)
        except PermissionError:
            return True
        except (OSError, OverflowError):
            return False
        return True
