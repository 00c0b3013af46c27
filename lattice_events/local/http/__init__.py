"""HTTP/1.1 on asyncio: connections, and requests to servers."""
