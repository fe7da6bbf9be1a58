// One act as plain files, for programs that know no acts.
#include <algorithm>

#include "act/message.hpp"
#include "bundle/parts.hpp"
#include "yuxin/base/text.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/ocsp_response.hpp"
#include "yuxin/x509/time_stamp.hpp"

namespace yuxin::evidence {

namespace {

using x509::Certificate;

bool is_for_sm2(const Certificate& certificate) {
  const auto key = certificate.public_key();
  return key && key->kind().type == x509::KeyType::kSm2;
}

// Taker lays one act's parts out under plain/NNN-….
class Taker {
 public:
  Taker(std::size_t number, const SignedStatement& act) : act_(act), stem_("plain/" + act_stem(number) + '-') {
    plain_.number = act_stem(number);
    plain_.actor = act.statement.actor.subject;
    plain_.type = act.statement.act.type;
  }

  std::optional<PlainAct> run() {
    plain_.files["acts/" + plain_.number + ".json"] = base::to_bytes(*act_.message.content());
    put("signature.bin", act_.signature.signature_value);
    certificates_ = act_.message.certificates();
    if (!take_time_stamp()) return std::nullopt;
    take_certificates();
    for (const auto der : act_.message.crls()) {
      if (!take_list(der)) return std::nullopt;
    }
    for (const auto der : act_.message.ocsp_responses()) {
      if (!take_response(der)) return std::nullopt;
    }
    for (const auto der : act_.message.attribute_certificates()) {
      if (!take_role(der)) return std::nullopt;
    }
    return std::move(plain_);
  }

 private:
  std::string put(const std::string& name, base::ByteView octets) {
    plain_.files[stem_ + name] = base::to_bytes(octets);
    return stem_ + name;
  }

  bool take_time_stamp() {
    const auto der = time_stamp_of(act_.message);
    if (!der || der->empty()) return false;
    const auto token = x509::TimeStampToken::from_der(*der);
    if (!token) return false;
    put("time-stamp.tst", *der);
    plain_.moment = token->info().time;
    for (const auto& certificate : token->message().certificates()) {
      if (index_of(certificate) == certificates_.size()) certificates_.push_back(certificate);
    }
    return true;
  }

  [[nodiscard]] std::size_t index_of(const Certificate& certificate) const {
    const auto is_it = [&](const Certificate& one) { return base::equal(one.der(), certificate.der()); };
    return static_cast<std::size_t>(std::ranges::find_if(certificates_, is_it) - certificates_.begin());
  }

  void take_certificates() {
    std::string all;
    for (std::size_t i = 0; i < certificates_.size(); ++i) {
      const auto pem = certificates_[i].pem();
      all += pem;
      plain_.certificates.push_back({put("certificate-" + std::to_string(i + 1) + ".pem", base::as_bytes(pem)), {}});
      plain_.is_sm2 = plain_.is_sm2 || is_for_sm2(certificates_[i]);
    }
    put("certificates.pem", base::as_bytes(all));
    for (std::size_t i = 0; i < certificates_.size(); ++i) {
      const auto& name = certificates_[i].issuer();
      plain_.certificates[i].issuer_file = file_of([&](const Certificate& one) { return one.subject().same(name); });
    }
  }

  template <typename Test>
  [[nodiscard]] std::string file_of(const Test& is_it) const {
    const auto found = std::ranges::find_if(certificates_, is_it);
    return found == certificates_.end()
               ? std::string()
               : plain_.certificates[static_cast<std::size_t>(found - certificates_.begin())].file;
  }

  bool take_list(base::ByteView der) {
    const auto crl = x509::Crl::from_der(der);
    if (!crl) return false;
    const auto file = put("list-" + std::to_string(plain_.lists.size() + 1) + ".pem", base::as_bytes(crl->pem()));
    // Empty where the authority is an anchor, which the act does not carry.
    const auto issuer = file_of([&](const Certificate& one) {
      const auto key = one.public_key();
      return one.subject().same(crl->issuer()) && key && crl->verify_signature(*key);
    });
    plain_.lists.push_back({file, issuer, crl->issuer().text()});
    return true;
  }

  bool take_response(base::ByteView der) {
    const auto response = x509::OcspResponse::from_der(der);
    if (!response) return false;
    const auto file = put("ocsp-" + std::to_string(plain_.responses.size() + 1) + ".der", der);
    PlainAct::Response taken{file, {}, {}};
    for (const auto& one : certificates_) {
      const auto serial = one.serial();
      if (!serial || !speaks_of(*response, one)) continue;
      taken.serial = serial->hex();
      taken.issuer_file = file_of([&](const Certificate& issuer) { return issuer.subject().same(one.issuer()); });
    }
    plain_.responses.push_back(std::move(taken));
    return true;
  }
  static bool speaks_of(const x509::OcspResponse& response, const Certificate& certificate) {
    return std::ranges::any_of(response.singles(), [&](const x509::OcspSingle& single) {
      return single.digest && base::equal(single.serial, certificate.tbs().serial) &&
             base::equal(single.issuer_name_hash, x509::digest(*single.digest, certificate.tbs().issuer));
    });
  }

  // AttributeCertificate ::= SEQUENCE { acinfo, signatureAlgorithm, signatureValue BIT STRING }
  bool take_role(base::ByteView der) {
    const auto role = x509::AttributeCertificate::from_der(der);
    if (!role) return false;
    PlainAct::Role taken;
    taken.file = put("role.der", der);
    taken.authority_file = file_of([&](const Certificate& one) { return one.subject().same(role->issuer()); });
    const auto outer = x509::der::single(der, x509::der::kSequence);
    if (!outer) return false;
    x509::der::Reader parts(outer->content);
    const auto offset = [&] { return der.size() - parts.rest().size(); };
    taken.signed_offset = offset();
    if (!parts.element()) return false;
    const auto algorithm = parts.element();
    if (!algorithm) return false;
    taken.signature_offset = offset();
    taken.digest = digest_for_openssl(algorithm->whole);
    plain_.role = std::move(taken);
    return true;
  }
  // openssl dgst checks PKCS#1 and ECDSA signatures by the name of the digest; PSS and SM2 want more options, and
  // EdDSA has no digest.
  static std::string digest_for_openssl(base::ByteView identifier) {
    const auto algorithm = x509::scheme_by_identifier(identifier);
    if (!algorithm) return {};
    const auto& scheme = x509::scheme(*algorithm);
    const bool is_plain = base::equal(scheme.identifier, identifier) && scheme.digest &&
                          scheme.name.find("WithRSAEncryption") != std::string_view::npos;
    if (!is_plain && !scheme.name.starts_with("ecdsa-with-")) return {};
    auto name = base::lower(x509::digest_name(*scheme.digest));
    std::erase(name, '-');
    return name;
  }

  const SignedStatement& act_;
  std::string stem_;
  std::vector<Certificate> certificates_;
  PlainAct plain_;
};

}  // namespace

ReadmeFacts::Stamp stamp_kind(const base::Bytes* token) {
  if (token == nullptr || token->empty()) return ReadmeFacts::Stamp::kNone;
  const auto read = x509::TimeStampToken::from_der(*token);
  const bool is_sm2 = read && std::ranges::any_of(read->message().certificates(), is_for_sm2);
  return is_sm2 ? ReadmeFacts::Stamp::kSm2 : ReadmeFacts::Stamp::kPlain;
}

std::optional<FileMap> plain_stamp(base::ByteView token) {
  const auto read = x509::TimeStampToken::from_der(token);
  if (!read) return std::nullopt;
  std::string all;
  for (const auto& certificate : read->message().certificates()) all += certificate.pem();
  return FileMap{{"plain/checkpoint-certificates.pem", base::to_bytes(base::as_bytes(all))}};
}

std::optional<PlainAct> plain_act(std::size_t number, base::ByteView signed_act) {
  const auto act = judge_signature(signed_act);
  return act ? Taker(number, *act).run() : std::nullopt;
}

}  // namespace yuxin::evidence
