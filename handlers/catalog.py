"""A catalogue with FastAPI."""

from fastapi import FastAPI, HTTPException

from lattice_events.adapters.asgi import lattice_asgi

app = FastAPI()
items = {"tea": 3, "coffee": 4}


@app.get("/catalog")
async def catalog(max_price: int | None = None) -> dict[str, int]:
    return {name: price for name, price in items.items() if max_price is None or price <= max_price}


@app.get("/catalog/{name}")
async def item(name: str) -> dict[str, int]:
    if name not in items:
        raise HTTPException(404, f"no {name}")
    return {name: items[name]}


handler = lattice_asgi(app)
