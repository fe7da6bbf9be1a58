#include "typed_key_kind.hpp"

namespace yuxin::cli {

base::Result<x509::KeyKind> typed_key_kind(const Arguments& arguments) {
  const auto text = arguments.one("--type", "ec:P-256");
  auto kind = x509::parse_key_kind(text);
  if (!kind) kind = x509::parse_key_kind("ec:" + text);  // "P-256" says enough
  if (kind) return *kind;
  return base::fail(base::Code::kUsage,
                    "\"{}\" is no kind of key. There are rsa:3072, rsa-pss:3072, ec:P-256, ec:P-384, ec:P-521, "
                    "ed25519, ed448 and sm2.",
                    text);
}

}  // namespace yuxin::cli
