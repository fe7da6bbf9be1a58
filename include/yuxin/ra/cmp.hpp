// CMP, the Certificate Management Protocol: RFC 4210 with RFC 9480, in the lightweight profile of RFC 9483, over HTTP
// (RFC 6712).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "yuxin/base/http_message.hpp"
#include "yuxin/base/secret.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/ca/profile.hpp"
#include "yuxin/ra/machine.hpp"
#include "yuxin/store/store.hpp"
#include "yuxin/x509/certificate.hpp"
#include "yuxin/x509/key.hpp"

namespace yuxin::ra {

// CmpIdentity is what the service signs its answers with; `chain` are the certificates above it, the nearest first,
// without the root.
struct CmpIdentity {
  x509::Certificate certificate;
  std::shared_ptr<const x509::Signer> signer;
  std::vector<x509::Certificate> chain;
};

struct CmpParts {
  MachineDesk* desk = nullptr;  // outlives the service
  ClientSource clients;
  // The secret of a client, by which its messages are authenticated. kNotFound where it is not kept.
  std::function<base::Result<base::Secret>(const MachineClient& client)> secret;
  std::function<base::Result<std::shared_ptr<const CmpIdentity>>()> identity;
  std::shared_ptr<store::Store> store;  // keeps the transactions that are open
  ca::ProfileSet profiles;
  const base::Clock* clock = nullptr;  // outlives the service
};

class Turns;

// CmpService answers ir, cr, kur, p10cr, rr, genm, certConf, pollReq and error at /.well-known/cmp, below it with a
// label that names the profile ("/.well-known/cmp/p/device"), and below either with the name of an operation
// ("/.well-known/cmp/p/device/initialization", RFC 9483 section 6.1).
//
// A message is protected by the secret of a client of clients.toml, whose name is the senderKID (PasswordBasedMac or
// PBMAC1), or by a certificate of ours that is in force; nothing is done, and nothing remembered, for any other.
// Answers to the first are protected by the same secret, all others signed. Messages protect themselves, so that
// plain HTTP does.
//
// Whoever signs with a certificate may have another with the same names, where a client may have its profile and its
// names and renews by certificate. What a person must look at first is answered "waiting", and polled for; who polls
// within two seconds hears the same again.
//
// Messages of one transaction are answered one after the other. Transactions are kept in the store, so that a server
// that is started anew goes on with them; they are of a client with this secret, or of a key. Of a client a thousand
// may wait and a thousand be unconfirmed, and as many of all keys that sign for it, twenty of each. Finished ones are
// known for a day, five thousand of a client and a hundred of a key at the most; a message that would begin one that
// is known is refused, as is one whose messageTime is more than an hour away. What is refused, and what issues
// nothing (rr, genm), is not remembered.
//
// Refusals are HTTP 200 with a CMP message; 400, 404, 405 and 415 for what is none. Thread-safe.
class CmpService final : public base::HttpService {
 public:
  static constexpr std::string_view kPath = "/.well-known/cmp";
  explicit CmpService(CmpParts parts);
  ~CmpService() override;
  [[nodiscard]] std::optional<base::HttpReply> answer_now(const base::HttpRequest& request) override;
  [[nodiscard]] base::HttpReply answer(const base::HttpRequest& request) override;

 private:
  CmpParts parts_;
  std::unique_ptr<Turns> turns_;  // transactions that a message is being answered of
};

}  // namespace yuxin::ra
