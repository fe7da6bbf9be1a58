#include "schemas.hpp"

namespace yuxin::ra::rest {

namespace {

// clang-format off: one shape a paragraph
constexpr std::string_view kSchemas = R"json({
"Problem": {
  "type": "object", "description": "A refusal (RFC 9457). Below status 500 nothing was changed.",
  "properties": {
    "type": {"type": "string", "description": "A path below /v1/problems/ that says what it means."},
    "title": {"type": "string"},
    "status": {"type": "integer", "minimum": 400, "maximum": 599},
    "detail": {"type": "string", "description": "What is wrong with which object and what to do, in the language asked for."},
    "code": {"enum": ["malformed", "refused", "bad-signature", "usage", "not-authorised", "not-found", "conflict", "integrity",
                      "unavailable", "signer", "internal"]}},
  "required": ["type", "title", "status", "detail", "code"], "additionalProperties": false},
"ProblemKind": {
  "type": "object",
  "properties": {"type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "code": {"type": "string"},
                 "what": {"type": "string", "description": "what a client does about it"}},
  "required": ["type", "title", "status", "code", "what"], "additionalProperties": false},
"Title": {
  "type": "object", "properties": {"en": {"type": "string"}, "zh": {"type": "string"}},
  "required": ["en", "zh"], "additionalProperties": false},
"Status": {
  "type": "object", "description": "Who you are here, and what you hold at this moment.",
  "properties": {
    "version": {"type": "string"},
    "time": {"type": "string", "format": "date-time", "description": "of this host (RFC 3339, UTC)"},
    "authority": {"type": "string"},
    "policy": {"type": "string", "description": "the policy of workflows that is in force"},
    "subject": {"type": "string"},
    "serial": {"type": "string"},
    "key": {"type": "string", "description": "SHA-256 of your SubjectPublicKeyInfo"},
    "roles": {"type": "array", "items": {"type": "object",
      "properties": {"role": {"type": "string"}, "scope": {"type": "string"}},
      "required": ["role", "scope"], "additionalProperties": false}},
    "ended": {"type": "array", "description": "roles that you held and hold no more", "items": {"type": "object",
      "properties": {"role": {"type": "string"}, "scope": {"type": "string"}, "at": {"type": "string", "format": "date-time"},
                     "granted_by": {"type": "string", "description": "who could grant it again"}},
      "required": ["role", "scope", "at", "granted_by"], "additionalProperties": false}}},
  "required": ["version", "time", "authority", "policy", "subject", "serial", "key", "roles", "ended"], "additionalProperties": false},
"Organisations": {
  "type": "object",
  "properties": {"organisations": {"type": "array", "items": {"type": "object",
    "properties": {"code": {"type": "string"}, "name": {"$ref": "#/components/schemas/Title"},
                   "parent": {"type": "string", "description": "code; empty: none"},
                   "district": {"type": "string", "description": "division code of GB/T 2260, or empty"},
                   "exists": {"type": "boolean"}},
    "required": ["code", "name", "parent", "district", "exists"], "additionalProperties": false}}},
  "required": ["organisations"], "additionalProperties": false},
"Deadline": {
  "type": "object",
  "properties": {"name": {"type": "string"}, "span": {"type": "string"}, "overdue": {"type": "boolean"},
                 "started": {"type": "string", "format": "date-time"}, "due": {"type": "string", "format": "date-time"},
                 "stopped": {"type": "string", "format": "date-time"}, "ended": {"type": "string", "format": "date-time"}},
  "required": ["name", "span", "started", "due", "overdue"], "additionalProperties": false},
"Delivery": {
  "type": "object",
  "properties": {"to": {"type": "string"}, "kind": {"enum": ["receipt", "copy"]}, "overdue": {"type": "boolean"},
                 "at": {"type": "string", "format": "date-time"}, "due": {"type": "string", "format": "date-time"},
                 "received": {"type": "string", "format": "date-time"}},
  "required": ["to", "kind", "at", "overdue"], "additionalProperties": false},
"TakenStep": {
  "type": "object",
  "properties": {"number": {"type": "integer"}, "action": {"type": "string"}, "from": {"type": "string"}, "to": {"type": "string"},
                 "complete": {"type": "boolean"}, "actor": {"type": "string"}, "role": {"type": "string"}, "moment": {"type": "string", "format": "date-time"},
                 "act": {"type": "string", "description": "SHA-256 of the statement that was signed"}},
  "required": ["number", "action", "from", "to", "complete", "actor", "role", "moment", "act"], "additionalProperties": false},
"KeptFile": {
  "type": "object",
  "properties": {"label": {"type": "string"}, "name": {"type": "string"}, "size": {"type": "integer", "minimum": 0}, "sha256": {"type": "string"}},
  "required": ["label", "name", "size", "sha256"], "additionalProperties": false},
"Case": {
  "type": "object", "description": "One matter on its way. \"steps\", \"files\" and \"certificates\" are there where one case is shown.",
  "properties": {
    "case": {"type": "string"}, "row": {"type": "integer"}, "workflow": {"type": "string"},
    "definition": {"type": "string", "description": "SHA-256 of the workflow that it follows"},
    "state": {"type": "string"}, "acts": {"type": "integer", "minimum": 0},
    "organisation": {"type": "string"}, "district": {"type": "string"}, "profile": {"type": "string"},
    "opened": {"type": "string", "format": "date-time"}, "changed": {"type": "string", "format": "date-time"},
    "due": {"type": "string", "format": "date-time"},
    "form": {"type": "object"}, "facts": {"type": "object"}, "about": {"type": "object"},
    "marks": {"type": "array", "items": {"type": "string"}},
    "deadlines": {"type": "array", "items": {"$ref": "#/components/schemas/Deadline"}},
    "deliveries": {"type": "array", "items": {"$ref": "#/components/schemas/Delivery"}},
    "actions": {"type": "array", "items": {"type": "string"}, "description": "what you could do next"},
    "steps": {"type": "array", "items": {"$ref": "#/components/schemas/TakenStep"}},
    "files": {"type": "array", "items": {"$ref": "#/components/schemas/KeptFile"}},
    "certificates": {"type": "array", "items": {"$ref": "#/components/schemas/Certificate"},
                     "description": "those that it is about, and the one that was issued upon it"}},
  "required": ["case", "row", "workflow", "definition", "state", "acts", "organisation", "district", "profile", "opened", "changed", "form",
               "facts", "about", "marks", "deadlines", "deliveries", "actions"], "additionalProperties": false},
"CasePage": {
  "type": "object",
  "properties": {"cases": {"type": "array", "items": {"$ref": "#/components/schemas/Case"}},
                 "next": {"type": "string", "description": "cursor of the next page, which may be shorter than asked for; none: this was the last"}},
  "required": ["cases"], "additionalProperties": false},
"Form": {
  "type": "object", "maxProperties": 300, "description": "Fields of the workflow with their values.",
  "additionalProperties": {"type": ["string", "integer", "boolean"], "maxLength": 8000}},
"FileDigest": {
  "type": "object", "description": "A file that will be attached. Its octets come with the act.",
  "properties": {"label": {"type": "string", "minLength": 1, "maxLength": 64}, "name": {"type": "string", "minLength": 1, "maxLength": 255},
                 "size": {"type": "integer", "minimum": 0, "maximum": 20971520},
                 "sha256": {"type": "string", "minLength": 64, "maxLength": 64}},
  "required": ["label", "name", "size", "sha256"], "additionalProperties": false},
"File": {
  "type": "object",
  "properties": {"label": {"type": "string", "minLength": 1, "maxLength": 64}, "name": {"type": "string", "minLength": 1, "maxLength": 255},
                 "octets": {"type": "string", "contentEncoding": "base64"}},
  "required": ["label", "name", "octets"], "additionalProperties": false},
"CertificateWish": {
  "type": "object",
  "properties": {"profile": {"type": "string", "minLength": 1, "maxLength": 64},
                 "request": {"type": "string", "contentEncoding": "base64", "maxLength": 131072, "description": "PKCS #10, DER"},
                 "subject": {"type": "string", "maxLength": 4096, "description": "instead of the request's"},
                 "names": {"type": "array", "maxItems": 1000, "items": {"type": "string", "maxLength": 512},
                           "description": "instead of the request's: dns:a.example, ip:192.0.2.1, email:a@b.example, uri:urn:x"},
                 "days": {"type": "integer", "minimum": 1, "maximum": 36500}},
  "required": ["profile", "request"], "additionalProperties": false},
"Invitation": {
  "type": "object", "description": "Somebody is asked to bring the request themselves, with a one-time code.",
  "properties": {"profile": {"type": "string", "minLength": 1, "maxLength": 64},
                 "subject": {"type": "string", "minLength": 1, "maxLength": 4096},
                 "names": {"type": "array", "maxItems": 1000, "items": {"type": "string", "maxLength": 512}},
                 "code_key": {"type": "string", "minLength": 1, "maxLength": 200,
                              "description": "public key of the code (Ed25519): SubjectPublicKeyInfo, DER, hexadecimal"}},
  "required": ["profile", "subject", "names", "code_key"], "additionalProperties": false},
"InvitationAnswer": {
  "type": "object", "description": "What comes of a one-time code (docs/officers.md).",
  "properties": {"locator": {"type": "string", "minLength": 8, "maxLength": 8, "description": "how the code begins"},
                 "request": {"type": "string", "contentEncoding": "base64", "minLength": 1, "maxLength": 32768, "description": "PKCS #10, DER"},
                 "proof": {"type": "string", "contentEncoding": "base64", "minLength": 88, "maxLength": 88,
                           "description": "signature of the request by the code"}},
  "required": ["locator", "request", "proof"], "additionalProperties": false},
"InvitationState": {
  "type": "object",
  "properties": {
    "case": {"type": "string"}, "state": {"enum": ["waiting", "issued"]}, "name": {"type": "string"}, "subject": {"type": "string"},
    "organisation": {"type": "string"}, "roles": {"type": "string", "description": "that are meant to be granted"},
    "until": {"type": "string", "format": "date-time"},
    "certificate": {"type": "string", "description": "PEM, when it was issued"},
    "chain": {"type": "array", "items": {"type": "string"}, "description": "the authorities above it, nearest first (PEM)"}},
  "required": ["case", "state", "name", "subject", "organisation", "roles"], "additionalProperties": false},
"Answered": {
  "type": "object", "description": "Whether somebody has answered an invitation, and with what.",
  "properties": {"answered": {"type": "boolean"}, "at": {"type": "string", "format": "date-time"},
                 "request": {"type": "string", "contentEncoding": "base64", "description": "PKCS #10, DER"},
                 "proof": {"type": "string", "contentEncoding": "base64", "description": "signature of the request by the code"}},
  "required": ["answered"], "additionalProperties": false},
"Application": {
  "type": "object", "description": "Opens a case: asks for a certificate, for something to be done to one (serial), or to all of a subject, or invites somebody.",
  "properties": {
    "workflow": {"type": "string", "minLength": 1, "maxLength": 64},
    "action": {"type": "string", "minLength": 1, "maxLength": 64, "description": "submit, if nothing is said"},
    "organisation": {"type": "string", "minLength": 1, "maxLength": 32},
    "role": {"type": "string", "minLength": 1, "maxLength": 64, "description": "the fitting one that you hold, if nothing is said"},
    "form": {"$ref": "#/components/schemas/Form"},
    "files": {"type": "array", "maxItems": 100, "items": {"$ref": "#/components/schemas/FileDigest"}},
    "certificate": {"$ref": "#/components/schemas/CertificateWish"},
    "serial": {"type": "string", "minLength": 1, "maxLength": 64},
    "subject": {"type": "string", "minLength": 1, "maxLength": 4096},
    "invitation": {"$ref": "#/components/schemas/Invitation"},
    "again": {"type": "boolean", "description": "true: also where the same is applied for already"},
    "trial": {"type": "boolean", "description": "true: everything is checked, and no number is taken"}},
  "required": ["workflow", "form"], "additionalProperties": false},
"CaseStep": {
  "type": "object", "description": "Takes a case on.",
  "properties": {
    "case": {"type": "string", "minLength": 1, "maxLength": 64},
    "action": {"type": "string", "minLength": 1, "maxLength": 64},
    "role": {"type": "string", "minLength": 1, "maxLength": 64},
    "form": {"$ref": "#/components/schemas/Form"},
    "files": {"type": "array", "maxItems": 100, "items": {"$ref": "#/components/schemas/FileDigest"}},
    "certificate": {"$ref": "#/components/schemas/CertificateWish"},
    "delivery": {"type": "integer", "minimum": 0, "maximum": 10000}},
  "required": ["case", "action", "form"], "additionalProperties": false},
"StepWish": {"oneOf": [{"$ref": "#/components/schemas/CaseStep"}, {"$ref": "#/components/schemas/Application"}]},
"Draft": {
  "type": "object", "description": "The act to be signed; the signer adds the members actor and time, and writes all of it as canonical JSON.",
  "properties": {
    "opens": {"type": "boolean"}, "workflow": {"type": "string"}, "definition": {"type": "string"}, "action": {"type": "string"},
    "act": {"type": "object",
      "properties": {
        "act": {"type": "integer", "description": "version of the form"},
        "type": {"type": "string"}, "object": {"type": "string"}, "body": {"type": "object"},
        "attachments": {"type": "array", "items": {"type": "object",
          "properties": {"name": {"type": "string"}, "size": {"type": "integer"}, "digest": {"type": "string", "enum": ["SHA-256", "SM3"]}, "value": {"type": "string"}},
          "required": ["name", "size", "digest", "value"], "additionalProperties": false}},
        "role": {"type": ["string", "null"]},
        "previous": {"type": ["string", "null"], "description": "digest of the act before on the same case"}},
      "required": ["act", "type", "object", "body", "attachments", "role", "previous"], "additionalProperties": false},
    "certificates": {"type": "array", "items": {"$ref": "#/components/schemas/Certificate"},
                     "description": "those that the case would be about, where it is not open yet"}},
  "required": ["opens", "workflow", "definition", "action", "act", "certificates"], "additionalProperties": false},
"Submission": {
  "type": "object",
  "properties": {"act": {"type": "string", "contentEncoding": "base64", "minLength": 1, "description": "CMS SignedData, DER (docs/acts.md)"},
                 "files": {"type": "array", "maxItems": 101, "items": {"$ref": "#/components/schemas/File"}}},
  "required": ["act"], "additionalProperties": false},
"Effect": {
  "type": "object",
  "properties": {"case": {"type": "string"}, "effect": {"type": "string"}, "text": {"type": "string"}, "facts": {"type": "object"}},
  "required": ["case", "effect", "text", "facts"], "additionalProperties": false},
"Taken": {
  "type": "object", "description": "What came of an act: it is kept, and durable.",
  "properties": {
    "case": {"$ref": "#/components/schemas/Case"},
    "action": {"type": "string"},
    "complete": {"type": "boolean", "description": "false: others must sign the same step"},
    "missing": {"type": "array", "items": {"type": "object",
      "properties": {"roles": {"type": "array", "items": {"type": "string"}}, "have": {"type": "integer"}, "need": {"type": "integer"}},
      "required": ["roles", "have", "need"], "additionalProperties": false}},
    "effects": {"type": "array", "items": {"$ref": "#/components/schemas/Effect"}}},
  "required": ["case", "action", "complete", "missing", "effects"], "additionalProperties": false},
"Profile": {
  "type": "object",
  "properties": {
    "name": {"type": "string"}, "title": {"$ref": "#/components/schemas/Title"}, "validity": {"type": "string"},
    "keys": {"type": "array", "items": {"type": "string"}}, "issued_by": {"type": "array", "items": {"type": "string"}},
    "approval": {"type": "string"},
    "subject": {"type": "array", "items": {"type": "object",
      "properties": {"attribute": {"type": "string"}, "required": {"type": "boolean"}},
      "required": ["attribute", "required"], "additionalProperties": false}},
    "names": {"type": "array", "items": {"type": "object",
      "properties": {"kind": {"type": "string"}, "min": {"type": "integer"}, "max": {"type": "integer"},
                     "under": {"type": "array", "items": {"type": "string"}}},
      "required": ["kind", "min", "max", "under"], "additionalProperties": false}},
    "usages": {"type": "array", "items": {"type": "string"}}, "ca": {"type": "boolean"},
    "text": {"type": "string", "description": "the file, as people wrote it"}},
  "required": ["name", "title", "validity", "keys", "issued_by", "approval", "subject", "names", "usages", "ca"], "additionalProperties": false},
"Profiles": {
  "type": "object", "properties": {"profiles": {"type": "array", "items": {"$ref": "#/components/schemas/Profile"}}},
  "required": ["profiles"], "additionalProperties": false},
"Workflow": {
  "type": "object",
  "properties": {
    "name": {"type": "string"}, "code": {"type": "string"}, "prefix": {"type": "string"}, "title": {"$ref": "#/components/schemas/Title"},
    "digest": {"type": "string", "description": "SHA-256 of the text"},
    "policies": {"type": "array", "items": {"type": "string"}},
    "text": {"type": "string", "description": "the definition, as people wrote it"}},
  "required": ["name", "code", "prefix", "title", "digest", "policies"], "additionalProperties": false},
"Workflows": {
  "type": "object", "properties": {"workflows": {"type": "array", "items": {"$ref": "#/components/schemas/Workflow"}}},
  "required": ["workflows"], "additionalProperties": false},
"Certificate": {
  "type": "object",
  "properties": {
    "serial": {"type": "string"}, "authority": {"type": "string"}, "profile": {"type": "string"}, "subject": {"type": "string"},
    "names": {"type": "string"}, "not_before": {"type": "string", "format": "date-time"}, "not_after": {"type": "string", "format": "date-time"},
    "issued_at": {"type": "string", "format": "date-time"},
    "state": {"enum": ["good", "revoked", "on-hold", "void", "expired"]}, "reason": {"type": "string"},
    "revoked_at": {"type": "string", "format": "date-time"},
    "invalidity_date": {"type": "string", "format": "date-time"},
    "der": {"type": "string", "contentEncoding": "base64", "description": "its octets, where a case is shown"}},
  "required": ["serial", "authority", "profile", "subject", "names", "not_before", "not_after", "issued_at", "state"],
  "additionalProperties": false},
"CertificatePage": {
  "type": "object",
  "properties": {"certificates": {"type": "array", "items": {"$ref": "#/components/schemas/Certificate"}}, "next": {"type": "string"}},
  "required": ["certificates"], "additionalProperties": false}
})json";
// clang-format on

}  // namespace

const base::JsonObject& schemas() {
  static const base::JsonObject kParsed = base::parse_json(kSchemas).value().get_object();
  return kParsed;
}

}  // namespace yuxin::ra::rest
