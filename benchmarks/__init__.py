"""What `make bench` runs: the requests of ARCHITECTURE §5 against a real server, beside a bare ASGI application in the same run."""
