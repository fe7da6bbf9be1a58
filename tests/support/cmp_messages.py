"""CMP messages by hand: enough of RFC 4210 to poll upon the secret of a client, and to read what comes back."""
import hashlib
import hmac
import os

BODIES = {1: "ip", 3: "cp", 8: "kup", 12: "rp", 19: "pkiconf", 22: "genp", 23: "error", 26: "pollRep"}


def element(tag, *parts):
    content = b"".join(parts)
    size = len(content)
    length = bytes([size]) if size < 128 else (lambda octets: bytes([128 | len(octets)]) + octets)(size.to_bytes((size.bit_length() + 7) // 8, "big"))
    return bytes([tag]) + length + content


def read(octets):
    """Gives (tag, content, rest) of the first element."""
    size, at = octets[1], 2
    if size & 128:
        at += size & 127
        size = int.from_bytes(octets[2:at], "big")
    return octets[0], octets[at:at + size], octets[at + size:]


def elements(octets):
    while octets:
        tag, content, octets = read(octets)
        yield tag, content


def header_and_body(message):
    _, whole, rest = read(message)
    assert not rest
    (_, header), (body, content), *_ = elements(whole)
    fields = {tag & 31: content for tag, content in list(elements(header))[3:]}
    return fields, body & 31, content


def octets_of(field):
    return read(field)[1]


class Poller:
    """Asks after what an ir left waiting; `ask` sends octets and gives the answer."""

    def __init__(self, client, secret, request, answer, ask):
        self.client, self.secret, self.ask = client.encode(), secret.encode(), ask
        self.transaction = octets_of(header_and_body(request)[0][4])
        self.take(answer)

    def take(self, answer):
        fields, body, content = header_and_body(answer)
        self.nonce = octets_of(fields[5])
        self.body, self.content = BODIES[body], content

    def send(self, tag, content):
        salt = os.urandom(16)
        sha256 = element(0x30, bytes.fromhex("0609608648016503040201"))
        hmac_sha256 = element(0x30, bytes.fromhex("06082a864886f70d0209"))
        algorithm = element(0x30, bytes.fromhex("06092a864886f67d07420d"), element(0x30, element(4, salt), sha256, b"\x02\x02\x01\xf4", hmac_sha256))
        name = element(0xa4, element(0x30))
        header = element(0x30, b"\x02\x01\x02", name, name, element(0xa1, algorithm), element(0xa2, element(4, self.client)), element(0xa4, element(4, self.transaction)),
                         element(0xa5, element(4, os.urandom(16))), element(0xa6, element(4, self.nonce)))
        body = element(0xa0 | tag, content)
        key = self.secret + salt
        for _ in range(500):
            key = hashlib.sha256(key).digest()
        mac = hmac.new(key, element(0x30, header, body), "sha256").digest()
        status, answer = self.ask(element(0x30, header, body, element(0xa0, element(3, b"\0", mac))))
        assert status == 200, status
        self.take(answer)
        return self.body

    def poll(self):
        return self.send(25, element(0x30, element(0x30, b"\x02\x01\x00")))

    def certificate(self):
        """The certificate of an ip, and its confirmation."""
        responses = [content for tag, content in elements(read(self.content)[1]) if tag == 0x30][0]
        _, response, _ = read(responses)
        pair = list(elements(response))[2][1]
        return read(pair)[1]

    def confirm(self):
        digest = hashlib.sha256(self.certificate()).digest()
        return self.send(24, element(0x30, element(0x30, element(4, digest), b"\x02\x01\x00")))
