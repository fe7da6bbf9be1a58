"""Acts made without the program, as an attacker would make them: docs/acts.md read by somebody else. DER by hand, signatures by openssl."""
import datetime
import hashlib
import json
import subprocess

SHA256 = bytes.fromhex("300b0609608648016503040201")
ECDSA = bytes.fromhex("300a06082a8648ce3d040302")
DATA, SIGNED_DATA = bytes.fromhex("06092a864886f70d010701"), bytes.fromhex("06092a864886f70d010702")
CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME = (bytes.fromhex(f"06092a864886f70d0109{n:02x}") for n in (3, 4, 5))
SIGNING_CERTIFICATE = bytes.fromhex("060b2a864886f70d010910022f")
TIME_STAMP = bytes.fromhex("060b2a864886f70d010910020e")
OCSP = bytes.fromhex("06082b06010505071002")  # id-ri-ocsp-response


def oid(*arcs):
    octets = b""
    first = arcs[0] * 40 + arcs[1]
    for arc in (first, *arcs[2:]):
        part = bytes([arc & 0x7F])
        while arc > 0x7F:
            arc >>= 7
            part = bytes([0x80 | (arc & 0x7F)]) + part
        octets += part
    return der(0x06, octets)


def der(tag, *parts):
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def read(octets):
    """The first element: (tag, content, all of it, what follows)."""
    size, at = octets[1], 2
    if size & 0x80:
        count = size & 0x7F
        size, at = int.from_bytes(octets[2:2 + count], "big"), 2 + count
    return octets[0], octets[at:at + size], octets[:at + size], octets[at + size:]


def children(octets):
    list_, rest = [], read(octets)[1]
    while rest:
        _, _, whole, rest = read(rest)
        list_.append(whole)
    return list_


def replaced(octets, old, new):
    """The same structure with one primitive value in place of another, lengths made anew."""
    tag, content, whole, _ = read(octets)
    if whole == old:
        return new
    if not tag & 0x20:
        return whole
    return der(tag, *(replaced(child, old, new) for child in children(octets)))


def mark():
    return oid(2, 25, 160386230721243331123476633139246630112, 4)


def set_of(tag, parts):
    return der(tag, *sorted(parts))


class Signer:
    """A certificate (PEM file) with its key beside it."""

    def __init__(self, path, key=None):
        self.key = key or f"{str(path)[:-4]}.key"
        self.certificate = subprocess.run(["openssl", "x509", "-in", str(path), "-outform", "DER"], capture_output=True, check=True).stdout
        tbs = children(self.certificate)[0]
        fields = [one for one in children(tbs) if one[0] != 0xA0]
        self.serial, self.issuer, self.subject, self.spki = fields[0], fields[2], fields[4], fields[5]

    @property
    def key_digest(self):
        return hashlib.sha256(self.spki).hexdigest()

    def sign(self, octets):
        return subprocess.run(["openssl", "dgst", "-sha256", "-sign", str(self.key)], input=octets, capture_output=True, check=True).stdout


def statement_of(message):
    """The statement of a signed act, as JSON."""
    signed = children(children(message)[1])[0]
    content = children(children(signed)[2])[1]
    return json.loads(read(read(content)[1])[1])


def statement(act):
    return json.dumps(act, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sign(act, signer, subject, marked=True):
    """Signs a statement (all members but actor and time): gives (message, signature value)."""
    now = datetime.datetime.now(datetime.timezone.utc)
    act = act | {"actor": {"key": signer.key_digest, "subject": subject}, "time": now.strftime("%Y-%m-%dT%H:%M:%SZ")}
    octets = statement(act)
    identifier = der(0x30, der(0x30, der(0x30, der(0x04, hashlib.sha256(signer.certificate).digest()))))
    attributes = [
        der(0x30, CONTENT_TYPE, der(0x31, DATA)),
        der(0x30, MESSAGE_DIGEST, der(0x31, der(0x04, hashlib.sha256(octets).digest()))),
        der(0x30, SIGNING_TIME, der(0x31, der(0x17, now.strftime("%y%m%d%H%M%SZ").encode()))),
        der(0x30, SIGNING_CERTIFICATE, der(0x31, identifier)),
        der(0x30, mark(), der(0x31, der(0x02, b"\x01"))),
    ]
    if not marked:
        attributes.pop()
    signature = signer.sign(set_of(0x31, attributes))
    return octets, set_of(0xA0, attributes), signature


def message(signer, signed, certificates=(), grants=(), ocsp=(), crls=(), stamp=None):
    """The whole message with its proofs."""
    octets, attributes, signature = signed
    revocation = list(crls) + [der(0xA1, OCSP, one) for one in ocsp]
    info = [der(0x02, b"\x01"), der(0x30, signer.issuer, signer.serial), SHA256, attributes, ECDSA, der(0x04, signature)]
    if stamp:
        info.append(der(0xA1, der(0x30, TIME_STAMP, der(0x31, stamp))))
    # an attribute certificate is [2] IMPLICIT of the choice (RFC 5652 section 10.2.2)
    held = [signer.certificate, *certificates, *(b"\xa2" + one[1:] for one in grants)]
    version = 5 if ocsp else 4 if grants else 1
    parts = [der(0x02, bytes([version])), der(0x31, SHA256), der(0x30, DATA, der(0xA0, der(0x04, octets))), set_of(0xA0, held)]
    if revocation:
        parts.append(set_of(0xA1, revocation))
    parts.append(der(0x31, der(0x30, *info)))
    return der(0x30, SIGNED_DATA, der(0xA0, der(0x30, *parts)))
