// Who has sent a CMP message, and protecting the answer: RFC 4210 section 5.1.3, RFC 9483 section 3.2.
#pragma once

#include <optional>
#include <string>

#include "message.hpp"
#include "refusal.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/ra/cmp.hpp"
#include "yuxin/x509/password_mac.hpp"

namespace yuxin::ra::cmp {

// Speaker is whom a message is proven to come from: a client by its secret, or the holder of a certificate of ours
// that is in force.
struct Speaker {
  struct BySecret {
    std::string client;
    std::string mark;  // of the secret, so that a client that is added anew goes on with nothing of the one before
    base::Secret secret;
    x509::PasswordMac mac;
  };
  struct ByCertificate {
    x509::Certificate certificate;
    Held held;
  };
  std::optional<BySecret> secret = {};
  std::optional<ByCertificate> certificate = {};

  // name tells one speaker from every other: "client water-meters 3b1d…", or "key 5f0c…", the SHA-256 of the
  // SubjectPublicKeyInfo.
  [[nodiscard]] std::string name() const;
};

// judge: kBadMessageCheck where there is no protection or it is wrong, which does not tell an unknown client from a
// wrong secret; kBadAlgorithm; kSignerNotTrusted and kCertificateRevoked for certificates; kWrongIntegrity for a
// secret that is no MAC's.
[[nodiscard]] Outcome<Speaker> judge(const CmpParts& parts, const Message& message);

// Answer is a body for a message; `certificates` go into extraCerts.
struct Answer {
  Body type = Body::kError;
  base::Bytes body;
  bool implicit_confirm = false;
  std::vector<x509::Certificate> certificates = {};
  base::Bytes nonce = {};  // of an answer that is given again; empty: a new one
};

// Protected is an answer as it is sent, and its senderNonce.
struct Protected {
  base::Bytes message;
  base::Bytes nonce;
};
// protect writes an answer, protected by the secret of whoever spoke, or else signed. Errors: those of the identity
// and its signer.
[[nodiscard]] base::Result<Protected> protect(const CmpParts& parts, const Message& to, const Speaker* speaker,
                                              const Answer& answer);

}  // namespace yuxin::ra::cmp
