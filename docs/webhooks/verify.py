"""Verifies a delivery of Nodeline in Python, without dependencies."""

import base64
import hashlib
import hmac
import time

# How old a delivery may be, and how far ahead the sender's clock, in seconds.
TOLERANCE = 5 * 60


def verify(body, headers, secret, now=None):
    """Raises ValueError unless one of the signatures is by the secret and the time is near.

    body: the request's body as it came, bytes; headers: their names in lower
    case; secret: what webhook.create or webhook.rotate showed, "whsec_...";
    now: Unix seconds.
    """
    message_id = headers.get("webhook-id")
    timestamp = headers.get("webhook-timestamp")
    signatures = headers.get("webhook-signature")
    if not message_id or not timestamp or not signatures:
        raise ValueError("a header is missing")
    if abs((time.time() if now is None else now) - int(timestamp)) > TOLERANCE:
        raise ValueError("too old, or from the future")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    if not any(hmac.compare_digest(expected.encode(), one.encode()) for one in signatures.split(" ")):
        raise ValueError("no signature fits")
