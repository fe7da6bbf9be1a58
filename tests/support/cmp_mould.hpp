// CMP messages built by hand, so that each part of them may be otherwise: the client of the tests of ra/cmp. Its MACs
// are made here from the words of RFC 4211 section 4.4 and RFC 8018 section 7.1, not by what is tested.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "need.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/der.hpp"
#include "yuxin/x509/digest.hpp"
#include "yuxin/x509/extension.hpp"
#include "yuxin/x509/key.hpp"
#include "yuxin/x509/oid.hpp"
#include "yuxin/x509/request.hpp"

namespace yuxin::test::cmp {

using base::Bytes;
using base::ByteView;
namespace der = x509::der;

inline Bytes element(std::uint8_t tag, ByteView content) {
  der::Writer out;
  out.element(tag, content);
  return out.take();
}
inline Bytes sequence(std::initializer_list<ByteView> parts) {
  Bytes all;
  for (const auto part : parts) base::append(all, part);
  return element(der::kSequence, all);
}
inline Bytes number(std::int64_t value) {
  der::Writer out;
  out.integer(value);
  return out.take();
}
inline Bytes octet_string(ByteView value) { return element(der::kOctetString, value); }
inline Bytes oid(const char* dotted) {
  der::Writer out;
  out.oid(*x509::oid_from_dotted(dotted));
  return out.take();
}
inline Bytes directory_name(const std::string& text) { return element(0xa4, need(x509::Name::parse(text)).der()); }

// Secret is how a message is protected with one.
struct Mac {
  std::string secret = "sesame";
  std::int64_t iterations = 500;
  enum class Kind { kPbm, kPbmac1 } kind = Kind::kPbm;
  Bytes salt = Bytes(16, 9);

  [[nodiscard]] Bytes identifier() const {
    const auto sha256 = sequence({oid("2.16.840.1.101.3.4.2.1")});
    const auto hmac = sequence({oid("1.2.840.113549.2.9")});
    if (kind == Kind::kPbm)
      return sequence(
          {oid("1.2.840.113533.7.66.13"), sequence({octet_string(salt), sha256, number(iterations), hmac})});
    const auto pbkdf2 = sequence(
        {oid("1.2.840.113549.1.5.12"), sequence({octet_string(salt), number(iterations), number(32), hmac})});
    return sequence({oid("1.2.840.113549.1.5.14"), sequence({pbkdf2, hmac})});
  }
  [[nodiscard]] Bytes mac(ByteView text) const {
    const auto digest = x509::DigestAlgorithm::kSha256;
    const auto password = base::as_bytes(secret);
    Bytes key;
    if (kind == Kind::kPbm) {
      key = base::to_bytes(password);
      base::append(key, salt);
      for (std::int64_t i = 0; i < iterations; ++i) key = x509::digest(digest, key);
    } else {
      auto block = salt;
      base::append(block, Bytes{0, 0, 0, 1});
      auto u = x509::hmac(digest, password, block);
      key = u;
      for (std::int64_t i = 1; i < iterations; ++i) {
        u = x509::hmac(digest, password, u);
        for (std::size_t at = 0; at < key.size(); ++at) key[at] ^= u[at];
      }
    }
    return x509::hmac(digest, key, text);
  }
};

// Message is a PKIMessage to be.
struct Message {
  std::int64_t version = 2;
  Bytes transaction = Bytes(16, 1);
  Bytes nonce = Bytes(16, 2);
  Bytes answers = {};  // recipNonce
  std::optional<base::UnixTime> time = {};
  std::string client = "meters";  // senderKID
  bool implicit_confirm = false;
  unsigned body_tag = 0;
  Bytes body = {};
  std::optional<Mac> mac = Mac{};
  const x509::Signer* signer = nullptr;  // instead of the MAC
  std::vector<x509::Certificate> certificates = {};

  [[nodiscard]] Bytes der() const {
    der::Writer header;
    header.integer(version);
    header.raw(directory_name("CN=client"));
    header.raw(directory_name("CN=ra"));
    const auto tagged = [&](unsigned tag, ByteView content) { header.element(der::constructed_tag(tag), content); };
    if (time) {
      der::Writer out;
      out.generalized_time(*time);
      tagged(0, out.view());
    }
    if (signer != nullptr) {
      tagged(1, x509::scheme(signer->algorithm()).identifier);
    } else if (mac) {
      tagged(1, mac->identifier());
      tagged(2, octet_string(base::as_bytes(client)));
    }
    if (!transaction.empty()) tagged(4, octet_string(transaction));
    if (!nonce.empty()) tagged(5, octet_string(nonce));
    if (!answers.empty()) tagged(6, octet_string(answers));
    if (implicit_confirm) tagged(8, sequence({sequence({oid("1.3.6.1.5.5.7.4.13"), Bytes{0x05, 0x00}})}));
    const auto head = element(der::kSequence, header.view());
    const auto content = element(der::constructed_tag(body_tag), body);
    const auto covered = sequence({head, content});
    der::Writer out;
    const auto whole = out.open(der::kSequence);
    out.raw(head);
    out.raw(content);
    if (signer != nullptr || mac) {
      const auto tag = out.open(0xa0);
      out.bit_string(signer != nullptr ? need(signer->sign(covered)) : mac->mac(covered));
      out.close(tag);
    }
    if (!certificates.empty()) {
      const auto tag = out.open(0xa1);
      const auto list = out.open(der::kSequence);
      for (const auto& one : certificates) out.raw(one.der());
      out.close(list);
      out.close(tag);
    }
    out.close(whole);
    return out.take();
  }
};

// wanted is the CertReqMsg of an ir, cr or kur for a key and a host.
inline Bytes wanted(const x509::PrivateKey& key, const std::string& host, std::int64_t id = 0,
                    const x509::PrivateKey* proven_by = nullptr, const Bytes& controls = {}) {
  const auto names =
      x509::make_subject_alt_name(x509::Critical::kNo, {need(x509::parse_general_name("dns:" + host))});
  Bytes fields = element(0xa5, need(x509::Name::parse("CN=" + host)).der());
  base::append(fields, element(0xa6, der::single(key.public_key().spki(), der::kSequence)->content));
  base::append(fields, element(0xa9, names));
  const auto request = sequence({number(id), element(der::kSequence, fields), controls});
  const auto& prover = proven_by == nullptr ? key : *proven_by;
  const auto signer = need(prover.signer(x509::default_signature(prover.public_key().kind())));
  der::Writer proof;
  proof.raw(x509::scheme(signer->algorithm()).identifier);
  proof.bit_string(need(signer->sign(request)));
  return sequence({request, element(0xa1, proof.view())});
}

// old_certificate is Controls with the oldCertID of a certificate (RFC 4211 section 6.5).
inline Bytes old_certificate(const x509::Certificate& certificate) {
  const auto id = sequence({element(0xa4, certificate.issuer().der()), element(0x02, certificate.tbs().serial)});
  return sequence({sequence({oid("1.3.6.1.5.5.7.5.1.5"), id})});
}

// Reply is an answer, taken apart.
struct Reply {
  unsigned body_tag = 99;
  Bytes body;
  Bytes algorithm;  // DER of protectionAlg
  Bytes key_id;
  Bytes transaction;
  Bytes nonce;
  Bytes answers;
  bool implicit_confirm = false;
  Bytes covered;     // ProtectedPart
  Bytes protection;  // octets of the BIT STRING
  std::vector<Bytes> certificates;
};

inline Reply read_reply(ByteView octets) {
  Reply reply;
  der::Reader fields(der::single(octets, der::kSequence)->content);
  const auto header = *fields.element(der::kSequence);
  const auto body = *fields.element();
  reply.body_tag = body.tag & 0x1fU;
  reply.body = base::to_bytes(body.content);
  reply.covered = sequence({header.whole, body.whole});
  der::Reader head(header.content);
  for (int skipped = 0; skipped < 3; ++skipped) static_cast<void>(head.element());
  while (!head.at_end()) {
    const auto one = *head.element();
    const auto inside = [&] { return base::to_bytes(der::Reader(one.content).element()->content); };
    switch (one.tag & 0x1fU) {
      case 1:
        reply.algorithm = base::to_bytes(one.content);
        break;
      case 2:
        reply.key_id = inside();
        break;
      case 4:
        reply.transaction = inside();
        break;
      case 5:
        reply.nonce = inside();
        break;
      case 6:
        reply.answers = inside();
        break;
      case 8:
        reply.implicit_confirm = true;
        break;
      default:
        break;
    }
  }
  while (!fields.at_end()) {
    const auto one = *fields.element();
    der::Reader inside(one.content);
    if (one.tag == 0xa0) reply.protection = base::to_bytes(*inside.bit_string());
    if (one.tag != 0xa1) continue;
    auto list = *inside.nested(der::kSequence);
    while (!list.at_end()) reply.certificates.push_back(base::to_bytes(list.element()->whole));
  }
  return reply;
}

// Status is PKIStatusInfo; `fail_info` is the number of its one bit, or -1.
struct Status {
  std::int64_t status = -1;
  std::string text;
  int fail_info = -1;
};
inline Status read_status(der::Reader fields) {
  Status found;
  found.status = *fields.small_integer();
  if (fields.next_is(der::kSequence)) {
    auto list = *fields.nested(der::kSequence);
    found.text = std::string(base::as_text(list.element()->content));
  }
  if (fields.at_end()) return found;
  const auto bits = *fields.content(der::kBitString);
  for (std::size_t bit = 0; bit < (bits.size() - 1) * 8; ++bit) {
    if ((bits[1 + bit / 8] & (0x80U >> (bit % 8))) != 0) found.fail_info = static_cast<int>(bit);
  }
  return found;
}

// Response is the one CertResponse of an ip, cp or kup.
struct Response {
  std::int64_t id = 0;
  Status status;
  Bytes certificate;
  std::vector<Bytes> trusted;  // caPubs
};
inline Response read_response(const Reply& reply) {
  Response found;
  der::Reader fields(der::single(reply.body, der::kSequence)->content);
  if (fields.next_is(0xa1)) {
    auto tag = *fields.nested(0xa1);
    auto list = *tag.nested(der::kSequence);
    while (!list.at_end()) found.trusted.push_back(base::to_bytes(list.element()->whole));
  }
  auto responses = *fields.nested(der::kSequence);
  auto one = *responses.nested(der::kSequence);
  found.id = *one.small_integer();
  found.status = read_status(*one.nested(der::kSequence));
  if (one.at_end()) return found;
  auto pair = *one.nested(der::kSequence);
  found.certificate = base::to_bytes(*pair.content(0xa0));
  return found;
}
inline Status read_error(const Reply& reply) {
  der::Reader fields(der::single(reply.body, der::kSequence)->content);
  return read_status(*fields.nested(der::kSequence));
}

}  // namespace yuxin::test::cmp
