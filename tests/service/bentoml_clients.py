"""BentoML's own clients, whose folders for answers that are files go with them."""

import asyncio
import gc
import warnings
from contextlib import asynccontextmanager, contextmanager


@contextmanager
def sync_client(url, **options):
    from bentoml import SyncHTTPClient

    with SyncHTTPClient(url, **options) as client:
        try:
            yield client
        finally:
            client._temp_dir.cleanup()


@asynccontextmanager
async def async_client(url, **options):
    from bentoml import AsyncHTTPClient

    async with AsyncHTTPClient(url, **options) as client:
        try:
            yield client
        finally:
            client._temp_dir.cleanup()


def refusals(url):
    """What both say that are not let in, and leave their folders to the garbage collector."""
    from bentoml.exceptions import BentoMLException

    async def ask():
        async with async_client(url):
            return "let in"

    told = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        for enter in (lambda: sync_client(url).__enter__(), lambda: asyncio.run(ask())):
            try:
                told.append(enter())
            except BentoMLException as error:
                told.append(str(error))
        gc.collect()
    return told
