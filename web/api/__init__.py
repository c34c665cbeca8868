"""The JSON API. Its description is `openapi.json`, and a test compares the two."""

from flask import Blueprint

from web.api import (
    answers,
    approvals,
    cancellation,
    cart,
    cases,
    corrections,
    door,
    door_list,
    grants,
    grants_set_up,
    letters,
    openapi,
    order_search,
    orders,
    payments,
    products,
    reports,
    staff,
    stamps,
    swap,
    till,
    vouchers,
    waiting_list,
)

api = Blueprint("api", __name__, url_prefix="/api/v1")

PARTS = (
    products,
    cart,
    orders,
    order_search,
    payments,
    cancellation,
    answers,
    waiting_list,
    staff,
    corrections,
    approvals,
    stamps,
    cases,
    reports,
    door,
    door_list,
    grants,
    grants_set_up,
    vouchers,
    letters,
    till,
    swap,
    openapi,
)
for part in PARTS:
    part.hang_up(api)
