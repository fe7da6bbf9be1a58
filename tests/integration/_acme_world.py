"""What the test of ACME stands on: a resolver that says what the test wants, a web server for challenges, and a small client.

The client is written against RFC 8555 with Python's cryptography alone, so that it can also send what no real client would.
"""
import base64
import hashlib
import hmac
import http.server
import json
import pathlib
import socket
import socketserver
import ssl
import struct
import threading
import time
import urllib.error
import urllib.request

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID


def b64(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


class Resolver:
    """A DNS server on UDP and TCP: every name has the address 127.0.0.1, unless told otherwise; TXT records are files of a folder."""

    def __init__(self, folder):
        self.texts = pathlib.Path(folder)
        self.texts.mkdir()
        self.addresses = {}  # name -> address
        self.caa = {}  # name -> list of (flags, tag, value)
        self.asked = []
        resolver = self

        class Datagram(socketserver.BaseRequestHandler):
            def handle(self):
                message, sock = self.request
                answer = resolver.answer(message)
                if len(answer) > 512:
                    answer = answer[:2] + struct.pack(">H", 0x8780) + answer[4:6] + b"\0" * 6 + answer[12:12 + resolver.question_size(message)]
                sock.sendto(answer, self.client_address)

        class Stream(socketserver.BaseRequestHandler):
            def handle(self):
                size = struct.unpack(">H", self.request.recv(2))[0]
                answer = resolver.answer(self.request.recv(size))
                self.request.sendall(struct.pack(">H", len(answer)) + answer)

        class Tcp(socketserver.ThreadingTCPServer):
            allow_reuse_address = True

        self.udp = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Datagram)
        self.port = self.udp.server_address[1]
        self.tcp = Tcp(("127.0.0.1", self.port), Stream)
        for server in (self.udp, self.tcp):
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()

    @staticmethod
    def question_size(message):
        at = 12
        while message[at]:
            at += message[at] + 1
        return at + 5 - 12

    def answer(self, message):
        size = self.question_size(message)
        at, labels = 12, []
        while message[at]:
            labels.append(message[at + 1:at + 1 + message[at]].decode())
            at += message[at] + 1
        name, kind = ".".join(labels).lower(), struct.unpack(">H", message[at + 1:at + 3])[0]
        self.asked.append((name, kind))
        records = self.records(name, kind)
        head = message[:2] + struct.pack(">HHHHH", 0x8580, 1, len(records), 0, 0)
        body = b"".join(b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(data)) + data for data in records)
        return head + message[12:12 + size] + body

    def records(self, name, kind):
        if kind == 1:
            address = self.addresses.get(name, "127.0.0.1")
            return [socket.inet_aton(address)] if address else []
        if kind == 16:
            file = self.texts / name
            lines = file.read_text().split() if file.exists() else []
            return [bytes([len(line)]) + line.encode() for line in lines]
        if kind == 257:
            return [bytes([flags, len(tag)]) + tag.encode() + value.encode() for flags, tag, value in self.caa.get(name, [])]
        return []

    def put(self, name, *texts):
        (self.texts / name).write_text("\n".join(texts))

    def stop(self):
        for server in (self.udp, self.tcp):
            server.shutdown()
            server.server_close()


class Web:
    """A web server that gives files of a folder at /.well-known/acme-challenge/, and redirects where it is told to."""

    def __init__(self, port, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.redirects = {}
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                name = self.path.rsplit("/", 1)[-1]
                if self.path in web.redirects:
                    self.send_response(302)
                    self.send_header("Location", web.redirects[self.path])
                    self.end_headers()
                    return
                file = web.folder / name
                good = self.path.startswith("/.well-known/acme-challenge/") and file.is_file()
                body = file.read_bytes() if good else b"nothing here"
                self.send_response(200 if good else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        http.server.ThreadingHTTPServer.allow_reuse_address = True
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Key:
    """An account key with its JWK and its JWS algorithm."""

    def __init__(self, kind="ES256"):
        self.kind = kind
        if kind in ("ES256", "ES384"):
            self.private = ec.generate_private_key(ec.SECP256R1() if kind == "ES256" else ec.SECP384R1())
            numbers, size = self.private.public_key().public_numbers(), 32 if kind == "ES256" else 48
            self.size = size
            self.jwk = {"crv": "P-256" if kind == "ES256" else "P-384", "kty": "EC", "x": b64(numbers.x.to_bytes(size, "big")),
                        "y": b64(numbers.y.to_bytes(size, "big"))}
        elif kind == "RS256":
            self.private = rsa.generate_private_key(65537, 2048)
            numbers = self.private.public_key().public_numbers()
            self.jwk = {"e": b64(numbers.e.to_bytes(3, "big")), "kty": "RSA", "n": b64(numbers.n.to_bytes(256, "big"))}
        else:
            self.private = ed25519.Ed25519PrivateKey.generate()
            self.jwk = {"crv": "Ed25519", "kty": "OKP",
                        "x": b64(self.private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw))}
        self.thumbprint = b64(hashlib.sha256(json.dumps(self.jwk, sort_keys=True, separators=(",", ":")).encode()).digest())

    def sign(self, data):
        if self.kind in ("ES256", "ES384"):
            r, s = decode_dss_signature(self.private.sign(data, ec.ECDSA(hashes.SHA256() if self.kind == "ES256" else hashes.SHA384())))
            return r.to_bytes(self.size, "big") + s.to_bytes(self.size, "big")
        if self.kind == "RS256":
            return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self.private.sign(data)


def jws(header, payload, sign):
    """A flattened JWS; payload is a dict, or bytes."""
    head = b64(json.dumps(header).encode())
    body = b64(payload if isinstance(payload, bytes) else json.dumps(payload).encode())
    return {"protected": head, "payload": body, "signature": b64(sign(f"{head}.{body}".encode()))}


class Refused(Exception):
    def __init__(self, status, problem):
        super().__init__(f"{status} {problem}")
        self.status, self.problem = status, problem
        self.type = str(problem.get("type", "")).removeprefix("urn:ietf:params:acme:error:")


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.json = json.loads(body) if "json" in (headers.get("Content-Type") or "") else None


class Client:
    """An ACME client that does what it is told."""

    def __init__(self, directory, root, key=None):
        self.context = ssl.create_default_context(cafile=str(root))
        self.key = key or Key()
        self.account = None
        self.nonces = []
        self.directory_url = directory
        self.directory = self.http(directory).json

    def http(self, url, method="GET", body=None, content_type=None):
        request = urllib.request.Request(url, data=body, method=method, headers={"Content-Type": content_type} if content_type else {})
        try:
            with urllib.request.urlopen(request, context=self.context, timeout=30) as reply:
                got = Reply(reply.status, reply.headers, reply.read())
        except urllib.error.HTTPError as error:
            got = Reply(error.code, error.headers, error.read())
        if got.headers.get("Replay-Nonce"):
            self.nonces.append(got.headers["Replay-Nonce"])
        return got

    def nonce(self):
        if not self.nonces:
            self.http(self.directory["newNonce"], "HEAD")
        return self.nonces.pop()

    def raw(self, url, message, content_type="application/jose+json"):
        reply = self.http(url, "POST", json.dumps(message).encode(), content_type)
        if reply.status >= 400:
            raise Refused(reply.status, reply.json or {})
        return reply

    def message(self, url, payload, header=None, key=None, by_jwk=False):
        key = key or self.key
        protected = {"alg": key.kind, "nonce": self.nonce(), "url": url}
        protected.update({"jwk": key.jwk} if by_jwk or not self.account else {"kid": self.account})
        protected.update(header or {})
        return jws(protected, payload, key.sign)

    def post(self, url, payload=b"", **how):
        return self.raw(url, self.message(url, payload, **how))

    def register(self, binding=None, **payload):
        payload.setdefault("termsOfServiceAgreed", True)
        url = self.directory["newAccount"]
        if binding:
            kid, secret = binding
            payload["externalAccountBinding"] = jws({"alg": "HS256", "kid": kid, "url": url}, self.key.jwk,
                                                    lambda data: hmac.digest(secret, data, "sha256"))
        reply = self.post(url, payload, by_jwk=True)
        self.account = reply.headers["Location"]
        return reply

    def order(self, *names, **more):
        reply = self.post(self.directory["newOrder"], {"identifiers": [{"type": "dns", "value": name} for name in names], **more})
        return reply.headers["Location"], reply.json

    def challenge_of(self, authorization, kind):
        return next(one for one in self.post(authorization).json["challenges"] if one["type"] == kind)

    def key_authorization(self, challenge):
        return f"{challenge['token']}.{self.key.thumbprint}"

    def wait(self, url, *until, seconds=40):
        end = time.monotonic() + seconds
        while True:
            found = self.post(url).json
            if found["status"] in until or time.monotonic() > end:
                return found
            time.sleep(0.3)

    def begin(self, authorization, kind, put):
        """Has a name proven: put(challenge, key authorization) does what the challenge wants."""
        if self.post(authorization).json["status"] == "valid":
            return
        challenge = self.challenge_of(authorization, kind)
        put(challenge, self.key_authorization(challenge))
        self.post(challenge["url"], {})

    def proven(self, authorization):
        return self.wait(authorization, "valid", "invalid")

    def prove(self, authorization, kind, put):
        self.begin(authorization, kind, put)
        return self.proven(authorization)

    def finalize(self, order, names, key=None, subject=None):
        key = key or ec.generate_private_key(ec.SECP256R1())
        attributes = [x509.NameAttribute(NameOID.COMMON_NAME, subject)] if subject else []
        csr = (x509.CertificateSigningRequestBuilder().subject_name(x509.Name(attributes))
               .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), False).sign(key, hashes.SHA256()))
        return self.post(order["finalize"], {"csr": b64(csr.public_bytes(serialization.Encoding.DER))})

    def certificate(self, url):
        """The PEM chain of an order that is being issued."""
        done = self.wait(url, "valid", "invalid")
        assert done["status"] == "valid", done
        reply = self.post(done["certificate"])
        assert reply.headers["Content-Type"] == "application/pem-certificate-chain"
        return reply.body.decode()
