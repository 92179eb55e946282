"""The store's tests."""

import pytest

# The contract's classes are no test modules to pytest, and their failures should be as readable.
pytest.register_assert_rewrite(
    *(f"tests.store.{name}" for name in ("contract_inbox", "contract_outbox", "contract_said", "contract_subjects"))
)
