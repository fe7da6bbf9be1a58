"""A machine in the middle that has a certificate which the terminal believes, and the officer's key: what even it cannot do, and what it sees."""
import http.server
import ssl
import threading


class Proxy:
    """Hands on every request to the real server as `identity`; `meddle(method, path, answer)` may change an answer, or return None to lose it."""

    def __init__(self, client, certificate, meddle=None):
        self.client, self.meddle, self.seen = client, meddle or (lambda method, path, answer: answer), []
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def hand_on(self):
                length = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(length) if length else None
                proxy.seen.append((self.command, self.path, body))
                fields = {name: self.headers[name] for name in ("Idempotency-Key", "Accept-Language", "Content-Type") if name in self.headers}
                answer = proxy.meddle(self.command, self.path, proxy.client.call(self.command, self.path, raw=body, fields=fields))
                self.close_connection = True
                if answer is None:
                    return
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.fields["content-type"])
                self.send_header("Content-Length", str(len(answer.body)))
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(answer.body)

            do_GET = do_POST = hand_on

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{certificate}.pem", f"{certificate}.key")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
