// A transfer bundle as people and programs see it.
#pragma once

#include <string>

#include "context.hpp"
#include "yuxin/keymgmt/transfer.hpp"

namespace yuxin::cli {

// show_transfer writes what a bundle is, its digest in words to be read aloud, and its things. `sender` is the name
// under which its key is known here; empty: it is not.
void show_transfer(const Context& context, const keymgmt::Transfer& transfer, const std::string& sender);
// transfer_json is the same as one object.
[[nodiscard]] base::JsonObject transfer_json(const keymgmt::Transfer& transfer, const std::string& sender);

// kind_text is the kind of a thing in the language of the call.
[[nodiscard]] std::string kind_text(keymgmt::TransferKind kind);

// sender_digest is the SHA-256 of the sender's SubjectPublicKeyInfo.
[[nodiscard]] x509::Digest256 sender_digest(const keymgmt::Transfer& transfer);

}  // namespace yuxin::cli
