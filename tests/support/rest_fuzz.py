"""Requests made from an OpenAPI document: some as it says, most not quite. For servers that must answer all of them."""
import json
import random
import string
import urllib.parse

ODD = ["", "0", "-1", "R-1", "R-999999999999", "../..", "%00", "a" * 300, "渝信", "' OR 1=1 --", "\u202e", "null", "true", "1e99", "{}", "🔏"]


class Fuzz:
    def __init__(self, document, seed, values=()):
        self.document, self.random, self.values = document, random.Random(seed), list(values)
        self.operations = [(method.upper(), path, operation) for path, methods in document["paths"].items() for method, operation in methods.items()]

    def resolve(self, node):
        while "$ref" in node:
            at = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                at = at[part]
            node = at
        return node

    def text(self):
        kind = self.random.random()
        if kind < 0.4 and self.values:
            return self.random.choice(self.values)
        if kind < 0.8:
            return self.random.choice(ODD)
        return "".join(self.random.choice(string.printable) for _ in range(self.random.randrange(40)))

    def anything(self, depth=0):
        choices = [None, True, False, 0, -1, 1 << 40, 2.5, self.text()]
        if depth < 4:
            choices += [[self.anything(depth + 1) for _ in range(self.random.randrange(3))], {self.text(): self.anything(depth + 1)}]
        return self.random.choice(choices)

    def value(self, schema, depth=0):
        """A value for a schema: right nine times of ten, at every place."""
        schema = self.resolve(schema)
        if self.random.random() < 0.1 or depth > 8:
            return self.anything()
        if "oneOf" in schema:
            return self.value(self.random.choice(schema["oneOf"]), depth)
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        kind = schema.get("type", "string")
        kind = self.random.choice(kind) if isinstance(kind, list) else kind
        if kind == "object":
            made = {}
            for name, member in schema.get("properties", {}).items():
                if name in schema.get("required", ()) or self.random.random() < 0.5:
                    made[name] = self.value(member, depth + 1)
            if isinstance(schema.get("additionalProperties"), dict):
                for _ in range(self.random.randrange(4)):
                    made[self.text()] = self.value(schema["additionalProperties"], depth + 1)
            if made and self.random.random() < 0.05:
                made.pop(self.random.choice(list(made)))
            if self.random.random() < 0.05:
                made[self.text()] = self.anything()
            return made
        if kind == "array":
            return [self.value(schema.get("items", {}), depth + 1) for _ in range(self.random.randrange(schema.get("minItems", 0), 3))]
        if kind == "integer":
            return self.random.choice([schema.get("minimum", 0), schema.get("maximum", 7), 1, 100, schema.get("maximum", 7) + 1])
        if kind == "boolean":
            return self.random.random() < 0.5
        if kind == "null":
            return None
        return self.text()

    def request(self):
        """(method, target, fields, octets or None)"""
        method, path, operation = self.random.choice(self.operations)
        query, fields = [], {}
        for parameter in map(self.resolve, operation.get("parameters", ())):
            if parameter["in"] == "path":
                path = path.replace("{" + parameter["name"] + "}", urllib.parse.quote(self.text() or "x", safe=""))
            elif parameter["in"] == "query" and self.random.random() < 0.5:
                query.append((parameter["name"], str(self.value(parameter["schema"]))))
            elif parameter["in"] == "header" and self.random.random() < 0.5:
                fields[parameter["name"]] = self.random.choice(["a", "k" * 128, "k" * 129, "key-%d" % self.random.randrange(1 << 30)])
        if self.random.random() < 0.05:
            query.append((self.text(), self.text()))
        if self.random.random() < 0.05:
            path += self.random.choice(["/", "/x", "%2f", "%", "//"])
        if self.random.random() < 0.05:
            method = self.random.choice(["PUT", "DELETE", "PATCH", "OPTIONS", "POST", "GET"])
        target = path + ("?" + urllib.parse.urlencode(query) if query else "")
        octets = None
        if "requestBody" in operation or self.random.random() < 0.05:
            content = operation.get("requestBody", {}).get("content", {"application/json": {"schema": {}}})
            octets = json.dumps(self.value(content["application/json"]["schema"])).encode()
            kind = self.random.random()
            if kind < 0.05:
                octets = octets[: self.random.randrange(len(octets) + 1)]
            elif kind < 0.1:
                octets = bytes(self.random.randrange(256) for _ in range(self.random.randrange(60)))
            fields["Content-Type"] = self.random.choice(["application/json"] * 9 + ["text/plain"])
        return method, target, fields, octets
