#include "protection.hpp"

#include <algorithm>
#include <array>

#include "yuxin/x509/der.hpp"
#include "yuxin/x509/digest.hpp"
#include "yuxin/x509/extension.hpp"
#include "yuxin/x509/oid.hpp"

namespace yuxin::ra::cmp {

using base::Bytes;
using base::ByteView;
using base::Result;
namespace der = x509::der;

namespace {

constexpr std::size_t kNonce = 16;

bool is_signature(ByteView algorithm_identifier) {
  return x509::scheme_by_identifier(algorithm_identifier).has_value();
}

Result<base::Secret> secret_of(const CmpParts& parts, const MachineClient* client) {
  if (client == nullptr) return base::fail(base::Code::kNotFound, "There is no such client.");
  return parts.secret(*client);
}

// An unknown name and a wrong secret are refused by the same words, after the same work: what is kept of some other
// client is opened in the place of an unknown one's, and a secret that is nobody's makes the MAC.
Outcome<Speaker> judge_secret(const CmpParts& parts, const Message& message, x509::PasswordMac mac) {
  const auto clients = parts.clients();
  const auto* client = clients->find(base::as_text(message.header.sender_key_id));
  if (client != nullptr && !client->speaks(Protocol::kCmp)) client = nullptr;
  auto secret = secret_of(parts, client != nullptr ? client : clients->any(Protocol::kCmp));
  if (client != nullptr && !secret && secret.error().code != base::Code::kNotFound)
    return tl::unexpected(Refusal(secret.error()));
  const bool known = client != nullptr && secret.has_value();
  if (!known) secret = make_client_secret();
  TRY(const auto expected, mac.mac(*secret, message.protected_part));
  if (!known || !base::equal_constant_time(expected, message.protection))
    return deny(FailInfo::kBadMessageCheck,
                "The message is not protected by the secret of a client: check the reference (the client's name) and "
                "the secret.");
  return Speaker{
      Speaker::BySecret{client->name, base::hex(x509::sha256(client->secret)), std::move(*secret), std::move(mac)}};
}

bool may_sign(const x509::Certificate& certificate) {
  const auto* extension = certificate.tbs().find(x509::oid::kKeyUsage);
  const auto usage = extension == nullptr ? std::nullopt : x509::read_key_usage(extension->value);
  return extension == nullptr || (usage && (*usage & x509::kDigitalSignature) != 0);
}

// RFC 9483 section 3.3: the certificate of the protection is the first of extraCerts.
Outcome<Speaker> judge_signature(const CmpParts& parts, const Message& message) {
  auto certificate = x509::Certificate::from_der(
      message.extra_certificates.empty() ? ByteView() : message.extra_certificates.front());
  if (!certificate)
    return deny(FailInfo::kSignerNotTrusted,
                "The certificate that the message is signed with stands first among extraCerts (RFC 9483 section "
                "3.3), and it does not.");
  auto held = parts.desk->held(*certificate);
  if (!held && held.error().code == base::Code::kNotFound)
    return deny(FailInfo::kSignerNotTrusted, "The message is signed with a certificate that was not issued here.");
  if (!held) return tl::unexpected(Refusal(held.error()));
  TRY(const auto key, certificate->public_key());
  if (auto verified =
          x509::verify_cmp_tbs(key, message.header.protection_algorithm, message.protected_part, message.protection);
      !verified)
    return deny(FailInfo::kBadMessageCheck, "The protection of the message does not hold: {}",
                verified.error().detail);
  if (held->revoked)
    return deny(FailInfo::kCertificateRevoked, "The certificate that the message is signed with is revoked.");
  if (!held->in_force)
    return deny(FailInfo::kSignerNotTrusted,
                "The certificate that the message is signed with is on hold or expired. Enrol anew.");
  if (!may_sign(*certificate))
    return deny(FailInfo::kSignerNotTrusted,
                "The certificate that the message is signed with is not for digital signatures.");
  return Speaker{{}, Speaker::ByCertificate{std::move(*certificate), std::move(*held)}};
}

}  // namespace

std::string Speaker::name() const {
  return secret ? "client " + secret->client + " " + secret->mark
                : "key " + base::hex(x509::sha256(certificate->certificate.tbs().spki));
}

Outcome<Speaker> judge(const CmpParts& parts, const Message& message) {
  const auto algorithm = message.header.protection_algorithm;
  if (algorithm.empty() || message.protection.empty())
    return deny(FailInfo::kBadMessageCheck,
                "The message is not protected. Use the reference and secret of a client, or a certificate.");
  if (is_signature(algorithm)) return judge_signature(parts, message);
  TRY(auto mac, as(FailInfo::kBadAlgorithm, x509::PasswordMac::from_identifier(algorithm)));
  return judge_secret(parts, message, std::move(mac));
}

namespace {

// id-it-implicitConfirm, 1.3.6.1.5.5.7.4.13.
constexpr std::array<std::uint8_t, 8> kImplicitConfirm = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x04, 0x0d};

void explicit_octets(der::Writer& out, unsigned tag, ByteView octets) {
  const auto mark = out.open(der::constructed_tag(tag));
  out.octet_string(octets);
  out.close(mark);
}

// Shield is how an answer will be protected.
struct Shield {
  ByteView algorithm;
  ByteView key_id;
  std::optional<x509::PasswordMac> mac = {};
  std::shared_ptr<const CmpIdentity> identity = {};
};

void write_header(der::Writer& out, const CmpParts& parts, const Message& to, const Answer& answer,
                  const Shield& shield, const x509::Name& sender, ByteView nonce) {
  constexpr unsigned kDirectoryName = 4;
  const auto header = out.open(der::kSequence);
  out.integer(to.header.version == 3 ? 3 : 2);
  const auto name = out.open(der::constructed_tag(kDirectoryName));
  out.raw(sender.der());
  out.close(name);
  out.raw(to.header.sender);
  const auto time = out.open(der::constructed_tag(0));
  out.generalized_time(parts.clock->now());
  out.close(time);
  const auto algorithm = out.open(der::constructed_tag(1));
  out.raw(shield.algorithm);
  out.close(algorithm);
  if (!shield.key_id.empty()) explicit_octets(out, 2, shield.key_id);
  if (!to.header.transaction.empty()) explicit_octets(out, 4, to.header.transaction);
  explicit_octets(out, 5, nonce);
  // Section 5.1.1: recipNonce is the senderNonce of the message that is answered.
  if (!to.header.sender_nonce.empty()) explicit_octets(out, 6, to.header.sender_nonce);
  if (answer.implicit_confirm) {
    const auto general = out.open(der::constructed_tag(8));
    const auto list = out.open(der::kSequence);
    const auto info = out.open(der::kSequence);
    out.oid(kImplicitConfirm);
    out.null();
    out.close(info);
    out.close(list);
    out.close(general);
  }
  out.close(header);
}

// ProtectedPart gives header and body, and the DER of both as one SEQUENCE is what is protected.
Bytes sequence_of(ByteView parts) {
  der::Writer out;
  out.element(der::kSequence, parts);
  return out.take();
}

void add_once(std::vector<ByteView>& list, const x509::Certificate& one) {
  const bool there = std::ranges::any_of(list, [&](ByteView known) { return base::equal(known, one.der()); });
  if (!there) list.push_back(one.der());
}

Bytes assemble(ByteView parts, ByteView protection, const std::vector<ByteView>& certificates) {
  der::Writer out;
  const auto whole = out.open(der::kSequence);
  out.raw(parts);
  const auto bits = out.open(der::constructed_tag(0));
  out.bit_string(protection);
  out.close(bits);
  if (!certificates.empty()) {
    const auto tag = out.open(der::constructed_tag(1));
    const auto list = out.open(der::kSequence);
    for (const auto one : certificates) out.raw(one);
    out.close(list);
    out.close(tag);
  }
  out.close(whole);
  return out.take();
}

}  // namespace

Result<Protected> protect(const CmpParts& parts, const Message& to, const Speaker* speaker, const Answer& answer) {
  TRY(const auto identity, parts.identity());
  const bool by_secret = speaker != nullptr && speaker->secret;
  Shield shield;
  Bytes key_id;
  if (by_secret) {
    // RFC 9483 section 3.2: the answer to a MAC is a MAC, of the same parameters.
    shield.mac = speaker->secret->mac.renewed();
    shield.algorithm = shield.mac->identifier();
    shield.key_id = to.header.sender_key_id;
  } else {
    key_id = identity->certificate.subject_key_identifier();
    shield.algorithm = x509::scheme(identity->signer->algorithm()).identifier;
    shield.key_id = key_id;
  }
  auto nonce = answer.nonce;
  if (nonce.empty()) {
    nonce.resize(kNonce);
    base::random_bytes(nonce);
  }
  der::Writer out;
  write_header(out, parts, to, answer, shield, identity->certificate.subject(), nonce);
  const auto body = out.open(der::constructed_tag(static_cast<unsigned>(answer.type)));
  out.raw(answer.body);
  out.close(body);
  const auto halves = out.take();
  const auto covered = sequence_of(halves);
  Bytes protection;
  std::vector<ByteView> certificates;
  if (by_secret) {
    TRY(protection, shield.mac->mac(speaker->secret->secret, covered));
  } else {
    TRY(protection, identity->signer->sign(covered));
    add_once(certificates, identity->certificate);
    for (const auto& one : identity->chain) add_once(certificates, one);
  }
  for (const auto& one : answer.certificates) add_once(certificates, one);
  return Protected{assemble(halves, protection, certificates), std::move(nonce)};
}

}  // namespace yuxin::ra::cmp
