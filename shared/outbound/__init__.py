"""Requests to addresses that outsiders name: proofs of control and webhooks.

`address` says where we may go and needs no HTTP library; `client` goes there.
"""
