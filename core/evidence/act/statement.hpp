// The octets of an act as they stand, before anybody asks who signed them.
#pragma once

#include <string>

#include "yuxin/evidence/act.hpp"

namespace yuxin::evidence {

// Actor is whom a statement names.
struct Actor {
  Hash key{};  // SHA-256 of the SubjectPublicKeyInfo
  std::string subject;
  friend bool operator==(const Actor&, const Actor&) = default;
};
[[nodiscard]] Actor actor_of(const x509::Certificate& certificate);

[[nodiscard]] base::Result<std::string> write_statement(const Act& act, const Actor& actor);

struct Statement {
  Act act;
  Actor actor;
};
// read_statement: kMalformed unless write_statement gives the same octets.
[[nodiscard]] base::Result<Statement> read_statement(base::ByteView octets);

}  // namespace yuxin::evidence
