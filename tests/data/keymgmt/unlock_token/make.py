"""Made unlock.json and key.pem by Python's cryptography, as docs/keys.md describes the file: what a key on a token opens (RSAES-OAEP with
SHA-256) is the AES-256-GCM key over the root key. Here the key is in a file, so that a test needs no token."""
import hashlib
import json

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

URI = "pkcs11:token=city;object=unlock"
root, middle, nonce = bytes(range(200, 232)), bytes(range(32)), bytes(range(12))
key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
spki = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
wrapped = key.public_key().encrypt(middle, padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None))
sealed = AESGCM(middle).encrypt(nonce, root, f"yuxin-unlock-2 3 token {URI}".encode())
way = {"way": "token", "key": URI, "public_key": hashlib.sha256(spki).hexdigest(), "wrapped": wrapped.hex(), "nonce": nonce.hex(), "sealed": sealed.hex()}
with open("unlock.json", "w") as out:
    json.dump({"format": "yuxin-unlock-2", "version": 3, "ways": [way]}, out, indent=1)
with open("key.pem", "wb") as out:
    out.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
