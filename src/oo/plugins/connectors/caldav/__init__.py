"""CalDAV servers: events as busy blocks, tasks as items, ticked off at the server."""
