"""A client of the REST interface in Python's standard library, and a judge of what comes back by the document that the server serves."""
import datetime
import http.client
import json
import re
import ssl
import urllib.parse


class Answer:
    def __init__(self, status, fields, body):
        self.status, self.fields, self.body = status, fields, body

    @property
    def media(self):
        return self.fields.get("content-type", "").split(";")[0]

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.media} {self.body[:400]!r}"


class Client:
    """One identity at one server. Every connection shows the certificate anew; `keep` reuses one connection."""

    def __init__(self, port, root, identity=None, keep=False):
        self.port, self.keep, self.connection = port, keep, None
        self.context = ssl.create_default_context(cafile=str(root))
        if identity:
            self.context.load_cert_chain(f"{identity}.pem", f"{identity}.key")

    def call(self, method, path, body=None, fields=None, raw=None):
        connection = self.connection or http.client.HTTPSConnection("127.0.0.1", self.port, context=self.context, timeout=60)
        fields = dict(fields or {})
        data = raw
        if body is not None:
            data = json.dumps(body).encode()
        if data is not None:
            fields.setdefault("Content-Type", "application/json")
        if not self.keep:
            fields["Connection"] = "close"
        connection.request(method, path, data, fields)
        reply = connection.getresponse()
        answer = Answer(reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read())
        if self.keep and reply.headers.get("Connection", "").lower() != "close":
            self.connection = connection
        else:
            connection.close()
            self.connection = None
        return answer

    def get(self, path, **options):
        return self.call("GET", path, **options)

    def post(self, path, body, key=None, **options):
        return self.call("POST", path, body, fields={"Idempotency-Key": key} if key else None, **options)


def is_time(text):
    """RFC 3339's date-time, and a moment that there is (section 5.7)."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", text):
        return False
    try:
        datetime.datetime.fromisoformat(re.sub(r"\.\d+", "", text).upper().replace("Z", "+00:00"))
        return True
    except ValueError:
        return False


class Judge:
    """Holds answers against the document. Written apart from the program: it knows JSON Schema 2020-12 by its specification."""

    TYPES = {"object": dict, "array": list, "string": str, "boolean": bool}

    def __init__(self, document):
        assert document["openapi"].startswith("3.1."), document["openapi"]
        self.document = document
        self.judged = 0

    def resolve(self, node):
        while "$ref" in node:
            at = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                at = at[part]
            node = at
        return node

    def has_type(self, value, name):
        if name == "null":
            return value is None
        if name == "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        return isinstance(value, self.TYPES[name])

    def check(self, value, schema, at="$"):
        schema = self.resolve(schema)
        unknown = set(schema) - {"type", "properties", "required", "additionalProperties", "items", "enum", "oneOf", "description", "minimum", "maximum",
                                 "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "pattern", "contentEncoding", "format"}
        assert not unknown, unknown
        if "oneOf" in schema:
            fits = 0
            for choice in schema["oneOf"]:
                try:
                    self.check(value, choice, at)
                    fits += 1
                except AssertionError:
                    pass
            assert fits == 1, (at, "fits", fits)
        if "enum" in schema:
            assert value in schema["enum"], (at, value)
        if "type" in schema:
            names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
            assert any(self.has_type(value, name) for name in names), (at, value, names)
        if isinstance(value, dict):
            for name in schema.get("required", ()):
                assert name in value, (at, "lacks", name)
            for name, member in value.items():
                known = schema.get("properties", {}).get(name, schema.get("additionalProperties", True))
                assert known is not False, (at, "has", name)
                if isinstance(known, dict):
                    self.check(member, known, f"{at}.{name}")
        if isinstance(value, list) and "items" in schema:
            for index, member in enumerate(value):
                self.check(member, schema["items"], f"{at}[{index}]")
        if isinstance(value, str) and "pattern" in schema:
            assert re.search(schema["pattern"], value), (at, value)
        if isinstance(value, str):
            # RFC 3339, and whoever gives a time says that it is one
            assert schema.get("format", "date-time") == "date-time", (at, schema)
            assert ("format" in schema) == is_time(value), (at, value, schema)
        for name, size in (("Length", value if isinstance(value, str) else None), ("Items", value if isinstance(value, list) else None)):
            if size is not None:
                assert schema.get("min" + name, 0) <= len(size) <= schema.get("max" + name, 1 << 60), (at, name)
        if isinstance(value, int) and not isinstance(value, bool):
            assert schema.get("minimum", value) <= value <= schema.get("maximum", value), (at, value)

    def operation(self, method, path):
        path = path.split("?")[0]
        plain = [pattern for pattern in self.document["paths"] if pattern == path]
        for pattern in plain + list(self.document["paths"]):
            shape = "/".join("[^/]+" if part.startswith("{") else re.escape(part) for part in pattern.split("/"))
            if re.fullmatch(shape, path) and method.lower() in self.document["paths"][pattern]:
                return self.document["paths"][pattern][method.lower()]
        return None

    def answer(self, method, path, answer):
        """The answer is one that the document promises for this operation; what is no operation is refused by a problem."""
        self.judged += 1
        operation = self.operation(method, path)
        if operation is None:
            assert answer.status in (400, 404, 405, 429) and answer.media == "application/problem+json", (method, path, answer)
            promised = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
        else:
            responses = operation["responses"]
            promised = self.resolve(responses.get(str(answer.status), responses["default"]))
        assert answer.media in promised["content"], (method, path, answer)
        schema = promised["content"][answer.media].get("schema")
        if schema:
            self.check(answer.json(), schema)
        if answer.media == "application/problem+json":
            problem = answer.json()
            assert problem["status"] == answer.status and problem["type"].startswith("/v1/problems/"), problem
            if answer.status in (429, 503):
                assert int(answer.fields["retry-after"]) > 0, answer
        return answer


def quoted(text):
    return urllib.parse.quote(text, safe="")
