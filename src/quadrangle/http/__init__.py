"""HTTP without a domain word: routes, requests decoded to parameter trees, replies encoded, one ASGI application."""
