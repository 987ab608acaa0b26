"""Requests to addresses that people chose: webhooks, chats, a heartbeat. Guarded, and never to a place inside."""
