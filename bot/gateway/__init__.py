"""The only public port: the town's pages, the chat, webhooks, and the worker that answers."""
