#include "reason_words.hpp"

#include <algorithm>

#include "yuxin/base/language.hpp"

namespace yuxin::cli {
namespace {

constexpr const char* kWords[] = {base::translatable("ok"),
                                  base::translatable("no-trusted-issuer"),
                                  base::translatable("bad-signature"),
                                  base::translatable("not-yet-valid"),
                                  base::translatable("expired"),
                                  base::translatable("revoked"),
                                  base::translatable("no-revocation-data"),
                                  base::translatable("crl-expired"),
                                  base::translatable("crl-not-yet-valid"),
                                  base::translatable("crl-invalid"),
                                  base::translatable("not-an-authority"),
                                  base::translatable("path-too-long"),
                                  base::translatable("wrong-purpose"),
                                  base::translatable("unknown-critical-extension"),
                                  base::translatable("policy"),
                                  base::translatable("name-constraint"),
                                  base::translatable("name-mismatch"),
                                  base::translatable("weak-key"),
                                  base::translatable("weak-signature"),
                                  base::translatable("malformed"),
                                  base::translatable("internal"),
                                  base::translatable("no-signers"),
                                  base::translatable("status-unknown"),
                                  base::translatable("status-unavailable"),
                                  base::translatable("key-usage"),
                                  base::translatable("purpose")};

}  // namespace

std::string reason_word(std::string_view reason) {
  const auto* found =
      std::ranges::find_if(kWords, [reason](const char* word) { return std::string_view(word) == reason; });
  return std::string(found == std::end(kWords) ? reason : base::tr(*found));
}

}  // namespace yuxin::cli
