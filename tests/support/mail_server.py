"""A small mail server for tests: SMTP (RFC 5321) on a loopback port, with TLS, STARTTLS and AUTH PLAIN where the test wants them.

    with mail_server.MailServer(tls="starttls", certificate=pem, key=key, login=("pki", "secret")) as server:
        ...
        message = server.wait_for(1)[0]
"""
import base64
import socket
import socketserver
import ssl
import threading
import time


class Message:
    def __init__(self, sender, recipients, octets):
        self.sender, self.recipients, self.octets = sender, recipients, octets


class _Session(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")
        self.wfile.flush()

    def wrap(self):
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")
        self.secure = True

    def handle(self):
        self.secure = self.trusted = False
        try:
            if self.server.tls == "implicit":
                self.wrap()
            self.talk()
        except (ssl.SSLError, OSError):
            self.server.broken += 1

    def talk(self):
        server, sender, recipients = self.server, None, []
        self.say("220 localhost ready")
        while line := self.rfile.readline():  # another stream after STARTTLS
            word, _, rest = line.decode().strip().partition(" ")
            server.said.append(line.decode().strip())
            match word.upper():
                case "EHLO":
                    offers = ["localhost"]
                    if server.tls == "starttls" and not self.secure:
                        offers.append("STARTTLS")
                    if server.login:
                        offers.append("AUTH PLAIN")
                    for offer in offers[:-1]:
                        self.say(f"250-{offer}")
                    self.say(f"250 {offers[-1]}")
                case "STARTTLS":
                    self.say("220 go on")
                    self.wrap()
                case "AUTH":
                    self.say("334 ")
                    given = base64.b64decode(self.rfile.readline()).decode().split("\0")[1:]
                    self.trusted = tuple(given) == server.login
                    self.say("235 welcome" if self.trusted else "535 no")
                case "MAIL":
                    sender = rest[len("FROM:<"):rest.index(">")]
                    self.say("530 log in first" if server.login and not self.trusted else "250 ok")
                case "RCPT":
                    address = rest[len("TO:<"):rest.index(">")]
                    if address in server.unknown:
                        self.say("550 nobody of that name")
                    else:
                        recipients.append(address)
                        self.say("250 ok")
                case "DATA":
                    self.say("354 go on")
                    octets = bytearray()
                    while (part := self.rfile.readline()) not in (b".\r\n", b""):
                        octets += part[1:] if part.startswith(b".") else part
                    server.messages.append(Message(sender, recipients, bytes(octets)))
                    self.say("250 taken")
                case "QUIT":
                    self.say("221 bye")
                    return
                case _:
                    self.say("250 ok")


class MailServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self, port=0, tls=None, certificate=None, key=None, login=None, unknown=()):
        self.tls, self.login, self.unknown = tls, login, unknown
        self.messages, self.said, self.broken = [], [], 0
        if tls:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate, key)
        super().__init__(("127.0.0.1", port), _Session)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def wait_for(self, count, seconds=60):
        end = time.monotonic() + seconds
        while len(self.messages) < count:
            assert time.monotonic() < end, f"{len(self.messages)} of {count} messages came; the talk was {self.said}"
            time.sleep(0.05)
        return self.messages

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()
