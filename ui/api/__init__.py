"""The HTTP API, version 1: JSON and server-sent events on `assistant.service.Assistant`; see docs/api.md."""
