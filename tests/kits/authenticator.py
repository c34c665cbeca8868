"""A device with passkeys, in a few lines: it answers as browsers do (W3C Web Authentication)."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import uuid4

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 1, 4, 64


def b64(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def of_b64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Device:
    """Keeps its keys; `flags`, `origin` and the count can be turned for a test."""

    origin: str = "http://localhost"
    flags: int = PRESENT | VERIFIED
    counts: bool = True
    count: int = 0
    keys: dict[bytes, tuple[ec.EllipticCurvePrivateKey, str]] = field(default_factory=dict)

    def create(self, options: str) -> str:
        """The answer to `navigator.credentials.create`."""
        told = json.loads(options)
        key, id = ec.generate_private_key(ec.SECP256R1()), uuid4().bytes
        self.keys[id] = key, told["user"]["id"]
        public = key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: public.x.to_bytes(32, "big")}
        cose[-3] = public.y.to_bytes(32, "big")
        attested = bytes(16) + len(id).to_bytes(2, "big") + id + cbor2.dumps(cose)
        data = self._data(told["rp"]["id"], ATTESTED) + attested
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", told["challenge"])
        return answer(id, clientDataJSON=b64(client), attestationObject=b64(made))

    def get(self, options: str, *, id: bytes | None = None) -> str:
        """The answer to `navigator.credentials.get`, with a key of one's own."""
        told = json.loads(options)
        id = id or next(iter(self.keys))
        key, handle = self.keys[id]
        self.count += self.counts
        data = self._data(told["rpId"])
        client = self._client("webauthn.get", told["challenge"])
        signed = key.sign(data + sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return answer(
            id,
            clientDataJSON=b64(client),
            authenticatorData=b64(data),
            signature=b64(signed),
            userHandle=handle,
        )

    def _data(self, name: str, more: int = 0) -> bytes:
        count = self.count.to_bytes(4, "big")
        return sha256(name.encode()).digest() + bytes([self.flags | more]) + count

    def _client(self, type: str, challenge: str) -> bytes:
        told = {"type": type, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(told).encode()


def answer(id: bytes, **response: Any) -> str:
    return json.dumps({"id": b64(id), "rawId": b64(id), "type": "public-key", "response": response})
