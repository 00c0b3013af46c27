def handler(event: object, context: object) -> dict[str, object]:
    return {"statusCode": 200, "body": "parts"}
