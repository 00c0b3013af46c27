"""An orders API with Powertools: routes, validation, an error handler, Logger with the request's id."""

from typing import Annotated, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, Field

from lattice_events.adapters.powertools import CORRELATION_ID, LatticeResolver

logger = Logger()
app = LatticeResolver(enable_validation=True)


class NewOrder(BaseModel):
    """What a client sends."""

    item: str = Field(min_length=1)
    quantity: int = Field(default=1, ge=1)


class Order(NewOrder):
    """An order that was taken."""

    id: int


class OrderNotFoundError(Exception):
    """There is no order of this id."""


orders = {7: Order(id=7, item="tea")}  # a database's place; gone when Lambda ends this environment


@app.get("/orders/<order_id>")
def read(order_id: Annotated[int, Path(ge=1)]) -> Order:
    if order_id not in orders:
        raise OrderNotFoundError(order_id)
    return orders[order_id]


@app.post("/orders")
def create(new: NewOrder) -> tuple[Order, int]:
    order = Order(id=max(orders) + 1, **new.model_dump())
    orders[order.id] = order
    logger.info("order created", order_id=order.id)
    return order, 201


@app.exception_handler(OrderNotFoundError)
def answer_not_found(error: OrderNotFoundError) -> Response[dict[str, str]]:
    return Response(404, content_type="application/json", body={"error": f"no order {error}"})


@logger.inject_lambda_context(correlation_id_path=CORRELATION_ID)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
