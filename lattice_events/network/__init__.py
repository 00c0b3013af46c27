"""The service network as values, and what it does to a request. Pure: no socket, file or clock."""
