#include "registry_home.hpp"

#include <algorithm>
#include <filesystem>

#include "authority_import.hpp"
#include "authority_steps.hpp"
#include "key_record.hpp"
#include "ledger_certificate.hpp"
#include "policy_files.hpp"
#include "registration_desk.hpp"
#include "registration_identity.hpp"
#include "remote_call.hpp"
#include "service_certificate.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/evidence/checkpoint.hpp"
#include "yuxin/ra/authority_interface.hpp"
#include "yuxin/x509/path.hpp"
#include "yuxin/x509/request.hpp"

namespace yuxin::cli {

using base::Code;
using base::fail;
using base::JsonObject;
using base::Result;
using x509::Certificate;

namespace {

constexpr const char* kAuthorityName = "authority.name";
constexpr const char* kRegistryName = "authority.registry";
constexpr const char* kLedger = "authority.ledger";
constexpr std::string_view kTlsPurpose = ra::AuthorityInterface::kProfile;
constexpr std::size_t kLargestFile = std::size_t{1} << 20U;
constexpr std::size_t kLargestAnswer = std::size_t{64} << 20U;
constexpr std::chrono::milliseconds kTimeLimit{20'000};

std::string in_home(const Home& home, const std::string& file) {
  return file.starts_with('/') ? file : home.path() + "/" + file;
}

Result<std::vector<Certificate>> trusted(const Home& home) {
  TRY(const auto octets, base::read_file(in_home(home, home.config().authority.trust), kLargestFile));
  return x509::certificates_from_bytes(octets);
}

Result<std::string> setting(Home& home, const char* name) {
  std::string value;
  TRY(home.store().read([&](store::Reader& reader) -> Result<> {
    TRY(value, reader.setting(name));
    return {};
  }));
  return value;
}

x509::Name name_of(std::string common_name) {
  return x509::Name::from_attributes({{base::to_bytes(x509::oid::kCommonName), 0, std::move(common_name), true}});
}

}  // namespace

const std::array<RegistryKey, 6>& registry_keys() {
  static const std::array<RegistryKey, 6> kKeys = {{
      {kTlsPurpose, "tls-authority", {x509::KeyType::kP256, 256}},
      {"registration-tls", "tls-registration", {x509::KeyType::kP256, 256}},
      {"registration-service", "registration-service", {x509::KeyType::kP256, 256}},
      {"registration-scep", "registration-scep", {x509::KeyType::kRsa, 3072}},
      {"registration-cmp", "registration-cmp", {x509::KeyType::kP256, 256}},
      {"ledger", "ledger", {x509::KeyType::kEd25519, 256}},
  }};
  return kKeys;
}

Result<std::string> write_registry_request(Home& home) {
  std::string pem;
  for (const auto& key : registry_keys()) {
    TRY(home.keys().ensure(key.key_name, key.kind));
    TRY(const auto signer, home.keys().signer(key.key_name));
    std::vector<base::Bytes> extensions;
    if (key.purpose == "registration-tls") {
      TRY(const auto names, registration_names(home.config()));
      extensions.push_back(x509::make_subject_alt_name(x509::Critical::kNo, names));
    }
    auto common_name = std::string(key.purpose);
    if (key.purpose == "ledger") {
      TRY(common_name, home.ledger_origin());
    }
    TRY(const auto der, x509::make_request(name_of(std::move(common_name)), extensions, *signer));
    pem += base::pem("CERTIFICATE REQUEST", der);
  }
  auto path = home.path() + "/exchange/registry.csr";
  TRY(base::write_file(path, base::as_bytes(pem), base::Existing::kReplace, base::Permissions::kPublic));
  return path;
}

Result<bool> joined(Home& home) {
  TRY(const auto name, setting(home, kAuthorityName));
  return !name.empty();
}

Result<store::AuthorityRow> authority_elsewhere(Home& home) {
  TRY(const auto name, setting(home, kAuthorityName));
  if (!name.empty()) return home.authority(name);
  return fail(
      Code::kConflict,
      "{} has no certificates of its authority yet. Carry exchange/registry.csr there (yuxin registry add NAME "
      "registry.csr --out FILE), and take in what it gives: yuxin registry join FILE",
      home.path());
}

namespace {

// Taken is the document of `registry add`, read and judged.
struct Taken {
  Joined joined;
  std::vector<std::pair<std::string, Certificate>> authorities;
  std::vector<std::pair<RegistryKey, Certificate>> own;
  std::string ledger;  // verifier key
};

Result<Certificate> certificate_in(const JsonObject& object, std::string_view name) {
  return Certificate::from_bytes(base::as_bytes(base::json_string(object, name)));
}

Result<const JsonObject*> object_in(const JsonObject& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_object())
    return fail(Code::kMalformed,
                "This is no answer of an authority to a registration authority (yuxin registry add).");
  return &value->get_object();
}

class Reading {
 public:
  Reading(Home& home, const JsonObject& document) : home_(home), document_(document) {}

  Result<Taken> run() {
    taken_.joined.name = base::json_string(document_, "registry");
    taken_.joined.authority = base::json_string(document_, "authority");
    TRY(read_authorities());
    TRY(read_own());
    TRY(read_ledger());
    return std::move(taken_);
  }

 private:
  // What the authority says it is counts only below the root that this home was founded with.
  Result<> read_authorities() {
    TRY(const auto roots, trusted(home_));
    x509::PathMaterial material{roots, {}, {}};
    TRY(const auto* list, object_in(document_, "authorities"));
    for (const auto& member : *list) {
      const std::string name(member.key());
      TRY(auto certificate, certificate_in(*list, name));
      material.untrusted.push_back(certificate);
      taken_.authorities.emplace_back(name, std::move(certificate));
    }
    TRY(paths_, x509::PathVerifier::prepare(material));
    for (const auto& [name, certificate] : taken_.authorities) TRY(check_path(certificate, x509::PathPurpose::kAny));
    const auto issuing =
        std::ranges::find(taken_.authorities, taken_.joined.authority, [](const auto& one) { return one.first; });
    if (issuing == taken_.authorities.end())
      return fail(Code::kMalformed, "The answer lacks the certificate of the authority that issues.");
    return {};
  }

  Result<> check_path(const Certificate& certificate, x509::PathPurpose purpose) {
    x509::PathOptions options;
    options.purpose = purpose;
    const auto report = paths_->verify(certificate, home_.clock().now(), options);
    if (report.valid) return {};
    return fail(Code::kIntegrity,
                "{} does not lead to the root of {}: {} Nothing was taken in. Was the answer made by this authority?",
                certificate.subject().text(), home_.config().authority.trust, report.detail);
  }

  Result<> read_own() {
    TRY(const auto* list, object_in(document_, "certificates"));
    for (const auto& key : registry_keys()) {
      TRY(auto certificate, certificate_in(*list, key.purpose));
      TRY(check_path(certificate, x509::PathPurpose::kAny));
      TRY(const auto own, home_.keys().public_key(key.key_name));
      if (!base::equal(own.spki(), certificate.tbs().spki))
        return fail(
            Code::kIntegrity,
            "The certificate \"{}\" is for another key than that of this home. It was made from the request of "
            "another registration authority.",
            key.purpose);
      taken_.joined.certificates.push_back(certificate);
      taken_.own.emplace_back(key, std::move(certificate));
    }
    return {};
  }

  // Whose ledger it is, the root vouches for: every later word of the authority hangs on this key.
  Result<> read_ledger() {
    taken_.ledger = base::json_string(document_, "ledger");
    TRY(const auto key, evidence::parse_verifier_key(taken_.ledger));
    TRY(const auto certificate, certificate_in(document_, "ledger_certificate"));
    TRY(check_path(certificate, x509::PathPurpose::kLedger));
    const bool named = certificate.subject().first(x509::oid::kCommonName) == key.name;
    if (named && base::equal(certificate.tbs().spki, key.key.spki())) return {};
    return fail(Code::kIntegrity, "The certificate of the authority's ledger is for another key or another ledger.");
  }

  Home& home_;
  const JsonObject& document_;
  Taken taken_;
  std::optional<x509::PathVerifier> paths_;
};

Result<> keep(Home& home, const Taken& taken, const std::string& actor) {
  for (const auto& [name, certificate] : taken.authorities) {
    const auto known = home.authority(name);
    if (known && base::equal(known->certificate, certificate.der())) continue;
    if (known) return fail(Code::kConflict, "There is an authority {} here already, with another certificate.", name);
    TRY(import_root(home, name, certificate, actor));
  }
  TRY(const auto authority, home.authority(taken.joined.authority));
  return home.store().write([&](store::Writer& writer) -> Result<> {
    for (const auto& [key, certificate] : taken.own) {
      TRY(writer.set_service_certificate({authority.id, std::string(key.purpose), std::string(key.key_name),
                                          base::to_bytes(certificate.der()), certificate.not_after()}));
    }
    TRY(writer.set_setting(kLedger, taken.ledger));
    TRY(writer.set_setting(kRegistryName, taken.joined.name));
    return writer.set_setting(kAuthorityName, taken.joined.authority);
  });
}

}  // namespace

Result<Joined> join_authority(Home& home, base::ByteView document, const std::string& actor) {
  TRY(const auto json, base::parse_json(base::as_text(document)));
  if (!json.is_object())
    return fail(Code::kMalformed,
                "This is no answer of an authority to a registration authority (yuxin registry add).");
  TRY(auto taken, Reading(home, json.get_object()).run());
  TRY(keep(home, taken, actor));
  return std::move(taken.joined);
}

Result<ra::AuthorityCall> authority_call(Home& home) {
  TRY(const auto authority, authority_elsewhere(home));
  TRY(const auto row, service_in_use(home, std::string(kTlsPurpose), authority.id));
  if (!row) return fail(Code::kInternal, "The registration authority has no certificate for its authority.");
  TRY(const auto certificate, Certificate::from_der(row->certificate));
  TRY(const auto above, issuers_above(home, certificate));
  auto identity = std::make_shared<http::TlsIdentity>();
  identity->certificates.push_back(row->certificate);
  for (const auto& one : above) identity->certificates.push_back(base::to_bytes(one.der()));
  TRY(const auto software, home.keys().software());
  TRY(identity->private_key, software->tls_key(row->key_name));
  http::ClientOptions options;
  options.identity = std::move(identity);
  options.time_limit = kTimeLimit;
  options.size_limit = kLargestAnswer;
  TRY(const auto roots, trusted(home));
  for (const auto& root : roots) options.trusted.push_back(base::to_bytes(root.der()));
  const auto& url = home.config().authority.url;
  const auto language = base::language() == base::Language::kChinese ? "zh" : "en";
  options.fields.push_back({"Accept-Language", language});
  return ra::AuthorityCall([url, options](std::string_view operation, const JsonObject& question) {
    return ask(url, std::string(ra::AuthorityInterface::kPath) + std::string(operation), question, options);
  });
}

Result<std::shared_ptr<ra::Authority>> open_remote_authority(Home& home) {
  TRY(const auto text, setting(home, kLedger));
  TRY(const auto ledger, evidence::parse_verifier_key(text));
  TRY(auto call, authority_call(home));
  return std::shared_ptr<ra::Authority>(std::make_shared<ra::RemoteAuthority>(ra::RemoteAuthorityParts{
      .store = home.shared_store(),
      .clock = &home.clock(),
      .call = std::move(call),
      .ledger = ledger.key,
      .origin = ledger.name,
      .sign = [&home](evidence::Act act) { return sign_as_service(home, std::move(act), {}); },
      .keep_policy = [&home](const JsonObject& files) { return keep_policy_files(home, files); }}));
}

Result<std::unique_ptr<evidence::ProofSource>> proofs_for(Home& home, const std::string& actor, Stamping stamping) {
  if (home.config().kind != HomeKind::kRegistration)
    return std::unique_ptr<evidence::ProofSource>(std::make_unique<HomeProofs>(home, actor, std::move(stamping)));
  TRY(auto call, authority_call(home));
  return std::unique_ptr<evidence::ProofSource>(std::make_unique<ra::RemoteProofs>(std::move(call)));
}

}  // namespace yuxin::cli
