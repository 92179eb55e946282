"""The database as the knowledge commands open it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.errors import BotError, ConfigurationError, StoreError
from bot.settings import Settings
from bot.store.sql import Store, migrate, open_store


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Store]:
    """The database, its tables brought up to date.

    Raises:
        ConfigurationError: it does not do what is asked of it.
    """
    try:
        await asyncio.to_thread(migrate, settings.database_url)
        store = await open_store(settings.database_url)
        try:
            yield store
        finally:
            await store.close()
    except StoreError as error:
        raise ConfigurationError(f"the database: {error or type(error).__name__}") from error
    except BotError as error:
        raise ConfigurationError(str(error) or type(error).__name__) from error
