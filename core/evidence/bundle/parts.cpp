#include "bundle/parts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "note.hpp"
#include "yuxin/evidence/canonical.hpp"

namespace yuxin::evidence {

using base::Json;
using base::JsonArray;
using base::JsonObject;

namespace {

constexpr std::int64_t kVersion = 1;
constexpr std::size_t kLongestChain = 32;

// canonical is for values that were made here and can be written.
std::string canonical(const Json& value) { return canonical_json(value).value_or(std::string()); }

std::optional<Hash> hash_from_base64(const Json& value) {
  const auto* text = value.if_string();
  const auto octets = text == nullptr ? std::nullopt : from_strict_base64({text->data(), text->size()});
  Hash hash{};
  if (!octets || octets->size() != hash.size()) return std::nullopt;
  std::ranges::copy(*octets, hash.begin());
  return hash;
}

std::optional<JsonObject> object_from(base::ByteView text) {
  auto json = base::parse_json(base::as_text(text));
  if (!json || !json->is_object()) return std::nullopt;
  return std::move(json->get_object());
}

const JsonArray* array_of(const JsonObject& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value == nullptr ? nullptr : value->if_array();
}

std::optional<Manifest::File> file_from(const Json& value) {
  const auto* object = value.if_object();
  if (object == nullptr) return std::nullopt;
  auto digest = base::from_hex(base::json_string(*object, "sha256"));
  if (!digest) return std::nullopt;
  return Manifest::File{base::json_string(*object, "name"), std::move(*digest), base::json_int(*object, "size", -1)};
}

}  // namespace

std::string act_stem(std::size_t number) { return fmt::format("{:03}", number); }
std::string act_file(std::size_t number) { return "acts/" + act_stem(number) + ".p7m"; }
std::string record_file(std::int64_t sequence) { return fmt::format("records/{}.json", sequence); }
std::string proof_file(std::int64_t sequence) { return fmt::format("proofs/{}.json", sequence); }
std::string attachment_file(base::ByteView octets) { return "attachments/" + base::hex(x509::sha256(octets)); }

std::string print_proof(const InclusionProof& proof) {
  JsonArray path;
  for (const auto& hash : proof.path) path.emplace_back(base::base64(hash));
  return canonical(JsonObject{{"leaf", base::base64(proof.leaf)},
                              {"path", std::move(path)},
                              {"sequence", proof.sequence},
                              {"size", proof.size}});
}

std::optional<InclusionProof> parse_proof(base::ByteView text) {
  const auto object = object_from(text);
  const auto* path = object ? array_of(*object, "path") : nullptr;
  const auto* leaf = object ? object->if_contains("leaf") : nullptr;
  const auto hash = leaf == nullptr ? std::nullopt : hash_from_base64(*leaf);
  if (path == nullptr || !hash) return std::nullopt;
  InclusionProof proof{*hash, {}, base::json_int(*object, "sequence", -1), base::json_int(*object, "size", -1)};
  for (const auto& step : *path) {
    const auto one = hash_from_base64(step);
    if (!one) return std::nullopt;
    proof.path.push_back(*one);
  }
  if (print_proof(proof) != base::as_text(text)) return std::nullopt;
  return proof;
}

std::vector<Manifest::File> describe(const FileMap& files) {
  std::vector<Manifest::File> described;
  for (const auto& [name, octets] : files) {
    const auto digest = x509::sha256(octets);
    if (name != "manifest.json") {
      described.push_back({name, {digest.begin(), digest.end()}, static_cast<std::int64_t>(octets.size())});
    }
  }
  return described;
}

std::string print_manifest(const Manifest& manifest) {
  JsonArray files;
  for (const auto& file : manifest.files) {
    files.push_back(JsonObject{{"name", file.name}, {"sha256", base::hex(file.sha256)}, {"size", file.size}});
  }
  return canonical(JsonObject{{"bundle", kVersion},
                              {"files", std::move(files)},
                              {"ledger_key", manifest.ledger_key},
                              {"object", manifest.object}});
}

std::optional<Manifest> parse_manifest(base::ByteView text) {
  const auto object = object_from(text);
  const auto* files = object ? array_of(*object, "files") : nullptr;
  if (files == nullptr || base::json_int(*object, "bundle") != kVersion) return std::nullopt;
  Manifest manifest;
  manifest.object = base::json_string(*object, "object");
  manifest.ledger_key = base::json_string(*object, "ledger_key");
  for (const auto& value : *files) {
    auto file = file_from(value);
    if (!file) return std::nullopt;
    manifest.files.push_back(std::move(*file));
  }
  if (print_manifest(manifest) != base::as_text(text)) return std::nullopt;
  return manifest;
}

std::string certificates_pem(const std::vector<x509::Certificate>& certificates) {
  std::string text;
  for (const auto& certificate : certificates) text += certificate.pem();
  return text;
}

std::optional<std::vector<x509::Certificate>> certificates_in(base::ByteView pem) {
  auto certificates = x509::certificates_from_bytes(pem);
  if (!certificates || certificates->size() > kLongestChain) return std::nullopt;
  if (certificates_pem(*certificates) != base::as_text(pem)) return std::nullopt;
  return std::move(*certificates);
}

ReadmeFacts::Stamp certificates_kind(const std::vector<x509::Certificate>& certificates) {
  using enum ReadmeFacts::Stamp;
  if (certificates.empty()) return kNone;
  const auto is_sm2 = [](const x509::Certificate& certificate) {
    return x509::scheme_by_identifier(certificate.signature_algorithm()) == x509::SignatureAlgorithm::kSm2Sm3;
  };
  return std::ranges::any_of(certificates, is_sm2) ? kSm2 : kPlain;
}

bool is_certificate_of(const x509::Certificate& certificate, const x509::PublicKey& key, std::string_view origin) {
  return base::equal(certificate.tbs().spki, key.spki()) &&
         certificate.subject().first(x509::oid::kCommonName) == origin;
}

std::optional<FileMap> plain_checkpoint(std::string_view note, std::string_view ledger_key) {
  const auto key = parse_verifier_key(ledger_key);
  const auto parsed = parse_note(note);
  if (!key || !parsed) return std::nullopt;
  FileMap files;
  const auto identifier = x509::scheme(x509::SignatureAlgorithm::kEd25519).identifier;
  for (const auto& signature : parsed->signatures) {
    if (!x509::verify_tbs(key->key, identifier, base::as_bytes(parsed->text), signature.signature)) continue;
    files["plain/checkpoint-signature.bin"] = signature.signature;
    files["plain/checkpoint.txt"] = base::to_bytes(base::as_bytes(parsed->text));
    files["plain/ledger-key.pem"] = base::to_bytes(base::as_bytes(base::pem("PUBLIC KEY", key->key.spki())));
    return files;
  }
  return std::nullopt;
}

}  // namespace yuxin::evidence
