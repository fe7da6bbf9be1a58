// The signed part of an act: what can be judged before there are proofs.
#pragma once

#include "act/statement.hpp"
#include "yuxin/evidence/act.hpp"

namespace yuxin::evidence {

template <typename T>
using Judged = tl::expected<T, ActFailure>;

// act_failure makes a failure; `msgid` is an English fmt format string, as base::fail takes it.
template <typename... Args>
[[nodiscard]] tl::unexpected<ActFailure> act_failure(ActProblem problem, const char* msgid, const Args&... args) {
  return tl::unexpected(ActFailure{problem, base::message(msgid, args...)});
}

// read_act_message: kMalformed unless it is one DER SignedData with one signer and content of its own.
[[nodiscard]] base::Result<x509::SignedData> read_act_message(base::ByteView octets);

// SignedStatement is a statement whose signature holds and whose actor is the signer.
struct SignedStatement {
  x509::SignedData message;
  x509::CmsSignature signature;
  Statement statement;
  Hash digest{};
};
// act_mark is the signed attribute by which a signer says that an act is meant, and no document whose words are those
// of one: 2.25.160386230721243331123476633139246630112.4, INTEGER 1. Acts that were accepted before there was a mark
// have none, so that it is asked for when an act is accepted and not when one is verified.
[[nodiscard]] x509::CmsAttribute act_mark();
[[nodiscard]] bool is_marked(const x509::SignedData& message);

// judge_signature looks at the first three problems of an act.
[[nodiscard]] Judged<SignedStatement> judge_signature(base::ByteView signed_act);

// time_stamp_of gives the DER of the one time stamp token beside the signature; empty when there is none, nothing
// when there are several.
[[nodiscard]] std::optional<base::Bytes> time_stamp_of(const x509::SignedData& message);

}  // namespace yuxin::evidence
