"""Accounts as answers show them."""

from fastapi import Response

from services.registry.accounts.schemas import AccountRead
from services.registry.accounts.tables import Account
from shared.versions import tag


def answered(account: Account, response: Response) -> AccountRead:
    """One account, its version named in the answer's head."""
    tag(response, account.version)
    return shown(account)


def shown(account: Account) -> AccountRead:
    """An account among others."""
    return AccountRead.model_validate({name: getattr(account, name) for name in AccountRead.model_fields})
