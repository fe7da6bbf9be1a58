#include "inspect/parts.hpp"

#include <algorithm>
#include <span>

#include "directory_string.hpp"
#include "yuxin/base/language.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/digest.hpp"

namespace yuxin::x509::inspect_detail {

namespace {

std::string grouped(std::string_view hex) {
  std::string out;
  for (std::size_t at = 0; at < hex.size(); at += 4) out += (at == 0 ? "" : " ") + std::string(hex.substr(at, 4));
  return out;
}

std::string colons(base::ByteView octets) {
  std::string out;
  for (const auto& octet : octets) {
    if (!out.empty()) out.push_back(':');
    out += base::hex_upper({&octet, 1});
  }
  return out;
}

std::string key_text(const KeyKind& kind) {
  switch (kind.type) {
    case KeyType::kRsa:
      return base::message("RSA, {} bits", kind.bits);
    case KeyType::kRsaPss:
      return base::message("RSA for PSS only, {} bits", kind.bits);
    case KeyType::kP256:
      return "P-256";
    case KeyType::kP384:
      return "P-384";
    case KeyType::kP521:
      return "P-521";
    case KeyType::kEd25519:
      return "Ed25519";
    case KeyType::kEd448:
      return "Ed448";
    case KeyType::kSm2:
      return "SM2";
  }
  return print_key_kind(kind);
}

// What is said about a key that this program cannot use: its algorithm and the digest of its octets.
Node unknown_key(base::ByteView spki) {
  der::Reader outer(spki);
  auto fields = outer.nested(der::kSequence);
  const auto algorithm = fields ? fields->element(der::kSequence) : std::nullopt;
  const std::string name = algorithm ? algorithm_name(algorithm->whole) : "?";
  const Digest256 digest = sha256(spki);
  Node node = group("public_key", base::tr("public key"), {});
  node.lines.push_back(base::message("{} (not supported here)", name));
  node.children.push_back(quiet("algorithm", name));
  node.children.push_back(quiet("spki_sha256", base::hex(digest)));
  return node;
}

Node fingerprint(std::string key, DigestAlgorithm algorithm, base::ByteView der) {
  const base::Bytes value = digest(algorithm, der);
  return {std::move(key), std::string(digest_name(algorithm)), {colons(value)}, json_text(base::hex(value)), {}};
}

// The digest as digest_lines of the command line has it: words, a few in a line.
Node words_node(base::ByteView der) {
  constexpr std::size_t kInLine = 6;
  const auto words = base::digest_words(sha256(der));
  Node node{"sha256_words", std::string(base::tr("read aloud")), {}, json_text(base::join(words, " ")), {}};
  for (std::size_t at = 0; at < words.size(); at += kInLine)
    node.lines.push_back(base::join(std::span(words).subspan(at, std::min(kInLine, words.size() - at)), " "));
  return node;
}

std::string state_line(base::UnixTime from, base::UnixTime to, base::UnixTime now, std::string& state) {
  if (now < from) {
    state = "not-yet-valid";
    return base::message("not yet valid: begins in {}", base::in_words(from - now));
  }
  if (now > to) {
    state = "expired";
    return base::message("expired {} ago", base::in_words(now - to));
  }
  state = "valid";
  return base::message("ends in {}", base::in_words(to - now));
}

}  // namespace

Node name_node(std::string key, std::string_view label, const Name& name) {
  const std::string text = name.text();
  return {std::move(key),
          std::string(label),
          {text.empty() ? std::string(base::tr("(empty)")) : text},
          json_text(text),
          {}};
}

std::string hex_serial(base::ByteView content) {
  const auto serial = Serial::from_der_content(content);
  return serial ? serial->hex() : base::hex_upper(content);
}

Node serial_node(std::string key, std::string_view label, base::ByteView content) {
  const std::string hex = hex_serial(content);
  std::string shown = grouped(hex);
  const bool negative = !content.empty() && (content[0] & 0x80U) != 0;
  if (negative) {
    shown += " " + std::string(base::tr("(negative)"));
  } else if (!Serial::from_der_content(content)) {
    shown += " " + std::string(base::tr("(not allowed by RFC 5280)"));
  }
  return {std::move(key), std::string(label), {shown}, json_text(hex), {}};
}

std::vector<Node> validity_nodes(base::UnixTime from, base::UnixTime to, base::UnixTime now) {
  std::string state;
  Node shown = group("", base::tr("validity"), {});
  shown.lines = {base::message("{} to {}", base::local_time(from), base::local_time(to)),
                 state_line(from, to, now, state)};
  return {std::move(shown), quiet("not_before", base::rfc3339(from)), quiet("not_after", base::rfc3339(to)),
          quiet("state", state)};
}

std::string algorithm_name(base::ByteView algorithm_identifier) {
  if (const auto known = scheme_by_identifier(algorithm_identifier)) return std::string(scheme(*known).name);
  der::Reader outer(algorithm_identifier);
  auto fields = outer.nested(der::kSequence);
  const auto oid = fields ? fields->oid() : std::nullopt;
  return oid ? oid_name(*oid) : "?";
}

Node algorithm_node(std::string key, std::string_view label, base::ByteView algorithm_identifier) {
  return leaf(std::move(key), label, algorithm_name(algorithm_identifier));
}

Node key_node(base::ByteView spki) {
  const auto key = PublicKey::from_spki(spki);
  if (!key) return unknown_key(spki);
  Node node = group("public_key", base::tr("public key"), {});
  node.lines.push_back(key_text(key->kind()));
  node.children.push_back(quiet("kind", print_key_kind(key->kind())));
  node.children.push_back(quiet("security_bits", security_bits(key->kind())));
  if (!key->rsa_exponent().empty()) node.children.push_back(quiet("exponent", base::hex(key->rsa_exponent())));
  node.children.push_back(quiet("key_identifier", base::hex(key->identifier())));
  node.children.push_back(quiet("spki_sha256", base::hex(sha256(spki))));
  return node;
}

Node fingerprints_node(base::ByteView der, Words words) {
  Node node = group("fingerprints", base::tr("fingerprints"), {fingerprint("sha256", DigestAlgorithm::kSha256, der)});
  if (words == Words::kShown) node.children.push_back(words_node(der));
  node.children.push_back(fingerprint("sha1", DigestAlgorithm::kSha1, der));
  node.children.push_back(fingerprint("sm3", DigestAlgorithm::kSm3, der));
  return node;
}

std::string general_name_text(const GeneralName& name) {
  return std::string(general_name_prefix(name.kind)) + ":" + name.value;
}

std::vector<std::string> general_name_texts(const std::vector<GeneralName>& names) {
  std::vector<std::string> texts;
  std::ranges::transform(names, std::back_inserter(texts), general_name_text);
  return texts;
}

std::string any_value(base::ByteView der) {
  der::Reader reader(der);
  const auto element = reader.element();
  if (!element || !reader.at_end()) return base::hex(der);
  if (is_string_tag(element->tag)) {
    if (auto text = decode_string(element->tag, element->content)) return std::move(*text);
  }
  if (element->tag == der::kUtcTime || element->tag == der::kGeneralizedTime) {
    if (const auto time = der::parse_time(*element)) return base::rfc3339(*time);
  }
  if (element->tag == der::kOid && der::is_oid(element->content)) return oid_name(element->content);
  if (element->tag == der::kInteger) {
    if (const auto number = der::parse_small_integer(element->content)) return std::to_string(*number);
  }
  return base::hex(der);
}

Node certificates_node(const std::vector<base::ByteView>& certificates) {
  Node node{"certificates", std::string(base::tr("certificates")), {}, base::JsonArray{}, {}};
  for (const auto& der : certificates) {
    base::JsonObject json{{"sha256", base::hex(sha256(der))}};
    if (const auto certificate = Certificate::from_der(der)) {
      const std::string serial = hex_serial(certificate->tbs().serial);
      json["subject"] = certificate->subject().text();
      json["serial"] = serial;
      json["issuer"] = certificate->issuer().text();
      node.lines.push_back(base::message("{}, serial {}, issued by {}", certificate->subject().text(), serial,
                                         certificate->issuer().text()));
    } else {
      node.lines.push_back(base::message("{} octets that are no certificate", der.size()));
    }
    node.json.as_array().emplace_back(std::move(json));
  }
  return node;
}

}  // namespace yuxin::x509::inspect_detail
