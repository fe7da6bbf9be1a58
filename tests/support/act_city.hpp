// A small city whose persons act: a root, an issuing authority, a time-stamping authority, an attribute authority, an
// OCSP responder and a clock, all in memory. It is the source of proofs, too.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fake_clock.hpp"
#include "small_authority.hpp"
#include "yuxin/evidence/act.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/time_stamp.hpp"

namespace yuxin::test {

// 2026-11-22T10:00:00Z
inline constexpr base::UnixTime kAtWork{1795341600};
inline constexpr x509::KeyKind kP256Key{x509::KeyType::kP256, 256};

// Person holds a key and a certificate.
struct Person {
  x509::PrivateKey key;
  x509::Certificate certificate;
  std::shared_ptr<const x509::Signer> signer;
  [[nodiscard]] x509::CmsSigner cms() const { return {certificate, signer}; }
};

inline evidence::RoleCode role_code(std::string_view text) { return need(evidence::RoleCode::parse(text)); }

class ActCity : public evidence::ProofSource {
 public:
  explicit ActCity(const x509::KeyKind& kind = kP256Key)
      : clock(kAtWork),
        kind_(kind),
        root("C=CN, O=Test City, CN=Test City Root", kind),
        issuing("C=CN, O=Test City, CN=Test City Issuing", kind, root),
        responder(issuing.responder("C=CN, O=Test City, CN=Test City OCSP", kind)),
        stamping(certify("C=CN, O=Test City, CN=Test City Stamps", stamping_extensions())),
        attributes(certify("C=CN, O=Test City, CN=Test City Roles", authority_extensions())) {}

  // Persons and other holders of certificates of the issuing authority.
  [[nodiscard]] Person certify(const std::string& subject, const std::vector<base::Bytes>& extensions,
                               const Span& span = kLong) const {
    x509::PrivateKey key = need(x509::PrivateKey::generate(kind_));
    return certify(subject, std::move(key), extensions, span);
  }
  [[nodiscard]] Person certify(const std::string& subject, x509::PrivateKey key,
                               const std::vector<base::Bytes>& extensions, const Span& span = kLong) const {
    auto certificate = issuing.issue(subject, key.public_key(), extensions, span);
    auto signer = need(key.signer(x509::default_signature(kind_)));
    return {std::move(key), std::move(certificate), std::move(signer)};
  }
  [[nodiscard]] Person person(const std::string& name) const {
    return certify("C=CN, O=Test City, CN=" + name, person_extensions());
  }
  static std::vector<base::Bytes> person_extensions() {
    return {x509::make_key_usage(x509::Critical::kYes, x509::kDigitalSignature | x509::kNonRepudiation),
            x509::make_extended_key_usage(x509::Critical::kNo, {base::to_bytes(x509::oid::kClientAuth),
                                                                base::to_bytes(x509::oid::kEmailProtection)})};
  }
  // Services are on a list of their own, so that of persons only the OCSP responder speaks.
  static constexpr const char* kServices = "http://pki.city.test/crl/services.crl";
  static std::vector<base::Bytes> stamping_extensions() {
    return {x509::make_crl_distribution_points({kServices}),
            x509::make_key_usage(x509::Critical::kYes, x509::kDigitalSignature),
            x509::make_extended_key_usage(x509::Critical::kYes, {base::to_bytes(x509::oid::kTimeStamping)})};
  }
  static std::vector<base::Bytes> authority_extensions() {
    return {x509::make_crl_distribution_points({kServices}),
            x509::make_key_usage(x509::Critical::kYes, x509::kDigitalSignature | x509::kCrlSign),
            x509::make_extended_key_usage(x509::Critical::kNo, {base::to_bytes(x509::oid::kAttributeAuthority)})};
  }
  static std::vector<base::Bytes> server_extensions() {
    return {x509::make_crl_distribution_points({kServices}),
            x509::make_key_usage(x509::Critical::kYes, x509::kDigitalSignature | x509::kCrlSign),
            x509::make_extended_key_usage(x509::Critical::kNo, {base::to_bytes(x509::oid::kServerAuth)})};
  }

  // grant gives a role for the year 2026, or another span, and remembers it for `role`.
  x509::AttributeCertificate grant(const Person& holder, std::string_view role, std::string_view scope = "",
                                   const Span& span = {{1767225600}, {1798761599}}) {
    auto made = make_grant(attributes, holder, role, scope, span);
    grants_.push_back(made);
    return made;
  }
  [[nodiscard]] static x509::AttributeCertificate make_grant(const Person& authority, const Person& holder,
                                                             std::string_view role, std::string_view scope = "",
                                                             const Span& span = {{1767225600}, {1798761599}}) {
    std::vector<x509::Attribute> list{x509::make_role_attribute(role_code(role).uri())};
    const auto limits = need(evidence::parse_scope(scope));
    if (!limits.unlimited()) list.push_back(evidence::make_scope_attribute(limits));
    const auto der = need(x509::make_attribute_certificate({x509::Serial::random(),
                                                            holder.certificate,
                                                            authority.certificate.tbs().subject,
                                                            span.not_before,
                                                            span.not_after,
                                                            std::move(list),
                                                            {}},
                                                           *authority.signer));
    return need(x509::AttributeCertificate::from_der(der));
  }

  // revoke enters a serial into the list of its issuer, and into the answers of the responder.
  void revoke(base::ByteView issuer, base::ByteView serial,
              x509::RevocationReason reason = x509::RevocationReason::kCessationOfOperation) {
    revoked_[base::to_bytes(issuer)].push_back({*x509::Serial::from_der_content(serial), clock.now(), reason, {}});
  }
  void revoke(const x509::Certificate& certificate,
              x509::RevocationReason reason = x509::RevocationReason::kCessationOfOperation) {
    revoke(certificate.tbs().issuer, certificate.tbs().serial, reason);
  }
  void revoke(const x509::AttributeCertificate& grant) {
    revoke(grant.issuer().der(), grant.serial().content(), x509::RevocationReason::kPrivilegeWithdrawn);
  }

  // list_of is the list of an issuer for a week.
  [[nodiscard]] x509::Crl list_of(base::UnixTime this_update, base::ByteView issuer, const x509::Signer& signer,
                                  std::vector<base::Bytes> extensions = {}) const {
    base::Bytes der;
    const auto entries = revoked_.find(base::to_bytes(issuer));
    const auto written = x509::write_crl(
        {.issuer = issuer,
         .this_update = this_update,
         .next_update = this_update + base::days(7),
         .number = 1,
         .authority_key_identifier = {},
         .delta_base = {},
         .extensions = std::move(extensions)},
        [&](const auto& sink) -> base::Result<> {
          if (entries == revoked_.end()) return {};
          for (const auto& entry : entries->second) TRY(sink(entry));
          return {};
        },
        signer,
        [&](base::ByteView piece) -> base::Result<> {
          base::append(der, piece);
          return {};
        });
    if (!written) throw std::runtime_error(written.error().detail);
    return need(x509::Crl::from_der(der));
  }
  // The three lists of an hour ago, or of another time.
  [[nodiscard]] x509::Crl root_list(base::Seconds from_now = base::hours(-1)) const {
    return list_of(clock.now() + from_now, root.certificate().tbs().subject, *root.signer());
  }
  [[nodiscard]] x509::Crl issuing_list(base::Seconds from_now = base::hours(-1)) const {
    x509::IssuingDistributionPoint services;
    services.full_name = {need(x509::parse_general_name(std::string("uri:") + kServices))};
    return list_of(clock.now() + from_now, issuing.certificate().tbs().subject, *issuing.signer(),
                   {x509::make_issuing_distribution_point(services)});
  }
  [[nodiscard]] x509::Crl role_list(base::Seconds from_now = base::hours(-1)) const {
    return list_of(clock.now() + from_now, attributes.certificate.tbs().subject, *attributes.signer);
  }

  // ocsp answers about a certificate of the issuing authority (RFC 6960 section 4.2.1).
  [[nodiscard]] base::Bytes ocsp(const x509::Certificate& certificate) const {
    namespace der = x509::der;
    const auto now = clock.now();
    der::Writer data;
    const auto response_data = data.open(der::kSequence);
    const auto by_name = data.open(der::constructed_tag(1));
    data.raw(responder.certificate.tbs().subject);
    data.close(by_name);
    data.generalized_time(now);
    const auto responses = data.open(der::kSequence);
    const auto single = data.open(der::kSequence);
    write_certificate_id(data, certificate);
    write_status(data, certificate);
    data.generalized_time(now);
    const auto next = data.open(der::constructed_tag(0));
    data.generalized_time(now + base::days(1));
    data.close(next);
    data.close(single);
    data.close(responses);
    data.close(response_data);
    return ocsp_response(data.view());
  }

  // What the city believes.
  [[nodiscard]] evidence::ActTrust trust() const {
    return {need(x509::PathVerifier::prepare({{root.certificate()}, {}, {}}))};
  }

  // act is a plain act of now.
  [[nodiscard]] evidence::Act act(std::string_view type = "request.review", std::string_view object = "R-1042",
                                  std::string_view role = "") const {
    evidence::Act act;
    act.type = type;
    act.object = object;
    act.body = {{"decision", "good"}};
    if (!role.empty()) act.role = role_code(role);
    act.time = clock.now();
    return act;
  }
  [[nodiscard]] base::Bytes sign(const evidence::Act& act, const Person& actor) const {
    return need(evidence::sign_act(act, actor.cms(), {issuing.certificate()}, form()));
  }
  // proofs of an act that was signed: what accept_act would put beside it.
  [[nodiscard]] evidence::ActProofs proofs(base::ByteView signed_act, const Person& actor) {
    evidence::ActProofs proofs;
    proofs.time_stamp = need(time_stamp(signature_of(signed_act)));
    proofs.certificates = {issuing.certificate(), stamping.certificate};
    proofs.ocsp_responses = {ocsp(actor.certificate)};
    proofs.crls = {root_list(), issuing_list()};
    return proofs;
  }
  // with_role adds what proves a role.
  [[nodiscard]] evidence::ActProofs with_role(evidence::ActProofs proofs,
                                              const x509::AttributeCertificate& grant) const {
    proofs.certificates.push_back(attributes.certificate);
    proofs.crls.push_back(role_list());
    proofs.role = grant;
    return proofs;
  }
  [[nodiscard]] static base::Bytes signature_of(base::ByteView signed_act) {
    const auto message = need(x509::SignedData::from_bytes(signed_act));
    return base::to_bytes(message.signers().at(0).signature);
  }
  // accepted signs and accepts, and throws when it is refused.
  evidence::VerifiedAct accepted(const evidence::Act& act, const Person& actor) {
    return need(evidence::accept_act(sign(act, actor), *this, trust()));
  }

  // ProofSource
  [[nodiscard]] base::Result<base::Bytes> time_stamp(base::ByteView octets) override {
    ++stamps;
    return stamp_by(stamping, octets);
  }
  [[nodiscard]] base::Result<base::Bytes> stamp_by(const Person& authority, base::ByteView octets) {
    x509::TimeStamperOptions options;
    options.policy = *x509::oid_from_dotted("1.3.6.1.4.1.99999.7.1");
    options.chain = {issuing.certificate()};
    TRY(const auto stamper, x509::TimeStamper::make(authority.cms(), options));
    const auto digest = x509::DigestAlgorithm::kSha256;
    const auto imprint = x509::digest(digest, octets);
    const auto request = x509::make_time_stamp_request({.digest = digest, .imprint = imprint});
    const auto serial = x509::Serial::random();
    return stamper->token(*x509::parse_time_stamp_request(request), {clock.now(), 0, serial.content()});
  }
  [[nodiscard]] base::Result<Status> status(const x509::Certificate& certificate,
                                            const x509::Certificate& issuer) override {
    Status status;
    if (base::equal(issuer.der(), root.certificate().der())) {
      status.crls.push_back(root_list());
    } else if (base::equal(certificate.der(), stamping.certificate.der()) ||
               base::equal(certificate.der(), attributes.certificate.der())) {
      status.crls.push_back(issuing_list());
    } else {
      status.ocsp_responses.push_back(ocsp(certificate));
    }
    return status;
  }
  [[nodiscard]] base::Result<evidence::RoleProof> role(const x509::Certificate& holder,
                                                       const evidence::RoleCode& role,
                                                       const x509::AttributeCertificate* brought) override {
    std::optional<x509::AttributeCertificate> found;
    if (brought != nullptr) found = *brought;
    for (const auto& one : grants_) {
      const auto read = need(evidence::read_role_grant(one));
      if (!found && read.role == role && x509::is_held_by(one, holder)) found = one;
    }
    if (!found) return base::fail(base::Code::kNotFound, "The city has not granted the role {}.", role.text());
    return evidence::RoleProof{*found, {attributes.certificate}, {role_list()}};
  }

  FakeClock clock;

 private:
  x509::KeyKind kind_;
  std::map<base::Bytes, std::vector<x509::RevokedEntry>> revoked_;  // by DER name of the issuer
  std::vector<x509::AttributeCertificate> grants_;

 public:
  SmallAuthority root;
  SmallAuthority issuing;
  SmallAuthority::Delegate responder;
  Person stamping;
  Person attributes;
  int stamps = 0;  // how often a time stamp was asked for

 private:
  [[nodiscard]] x509::CmsForm form() const {
    return kind_.type == x509::KeyType::kSm2 ? x509::CmsForm::kGm : x509::CmsForm::kRfc5652;
  }

  void write_certificate_id(x509::der::Writer& data, const x509::Certificate& certificate) const {
    namespace der = x509::der;
    const auto id = data.open(der::kSequence);
    const auto algorithm = data.open(der::kSequence);
    data.oid(x509::oid::kSha1);
    data.close(algorithm);
    data.octet_string(x509::digest(x509::DigestAlgorithm::kSha1, certificate.tbs().issuer));
    data.octet_string(need(issuing.certificate().public_key()).identifier());
    data.element(der::kInteger, certificate.tbs().serial);
    data.close(id);
  }
  void write_status(x509::der::Writer& data, const x509::Certificate& certificate) const {
    namespace der = x509::der;
    const auto entries = revoked_.find(base::to_bytes(certificate.tbs().issuer));
    if (entries != revoked_.end()) {
      for (const auto& entry : entries->second) {
        if (!base::equal(entry.serial.content(), certificate.tbs().serial)) continue;
        const auto info = data.open(der::constructed_tag(1));
        data.generalized_time(entry.revoked_at);
        const auto reason = data.open(der::constructed_tag(0));
        const auto code = static_cast<std::uint8_t>(entry.reason);
        data.element(der::kEnumerated, base::ByteView(&code, 1));
        data.close(reason);
        data.close(info);
        return;
      }
    }
    data.element(der::context_tag(0), {});
  }
  [[nodiscard]] base::Bytes ocsp_response(base::ByteView data) const {
    namespace der = x509::der;
    der::Writer basic;
    const auto body = basic.open(der::kSequence);
    basic.raw(data);
    basic.raw(x509::scheme(responder.signer->algorithm()).identifier);
    basic.bit_string(need(responder.signer->sign(data)));
    const auto tagged = basic.open(der::constructed_tag(0));
    const auto certificates = basic.open(der::kSequence);
    basic.raw(responder.certificate.der());
    basic.close(certificates);
    basic.close(tagged);
    basic.close(body);
    der::Writer writer;
    const auto response = writer.open(der::kSequence);
    const std::uint8_t successful = 0;
    writer.element(der::kEnumerated, base::ByteView(&successful, 1));
    const auto octets = writer.open(der::constructed_tag(0));
    const auto typed = writer.open(der::kSequence);
    writer.oid(x509::oid::kOcspBasic);
    writer.octet_string(basic.view());
    writer.close(typed);
    writer.close(octets);
    writer.close(response);
    return writer.take();
  }
};

}  // namespace yuxin::test
