"""Receivers of webhooks, chats and heartbeats: what people use beside the cloud, as strict as the real ones."""
