"""One readable mechanism for events: outbox → relay → bus → inbox, and the changefeed beside it."""
