// RFC 7512: how tokens and the keys on them are named.
#pragma once

#include <p11-kit/pkcs11.h>
#include <p11-kit/uri.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "yuxin/base/bytes.hpp"
#include "yuxin/base/result.hpp"

namespace yuxin::keymgmt {

// KeySelector names one object: by label, by id, or by both.
struct KeySelector {
  std::string label;
  base::Bytes id;
  [[nodiscard]] bool empty() const { return label.empty() && id.empty(); }
  [[nodiscard]] std::string text() const { return label.empty() ? base::hex(id) : label; }
};

// TokenUri is a URI that was read and understood as a whole. Immutable and cheap to copy.
class TokenUri {
 public:
  // parse: kUsage for what is no such URI, for attributes that are not known, for modules named in it (those are
  // settings) and for a PIN in it.
  [[nodiscard]] static base::Result<TokenUri> parse(std::string_view text);

  [[nodiscard]] bool fits(const CK_INFO& module) const;
  [[nodiscard]] bool fits(CK_SLOT_ID id, const CK_SLOT_INFO& slot) const;
  [[nodiscard]] bool fits(const CK_TOKEN_INFO& token) const;
  [[nodiscard]] KeySelector object() const;
  // pin_file is the path of its pin-source.
  [[nodiscard]] const std::optional<std::string>& pin_file() const { return pin_file_; }
  // token is the URI without the object.
  [[nodiscard]] std::string token() const;
  [[nodiscard]] base::Result<std::string> with_object(std::string_view label) const;

 private:
  explicit TokenUri(std::shared_ptr<P11KitUri> uri) : uri_(std::move(uri)) {}
  std::shared_ptr<P11KitUri> uri_;
  std::optional<std::string> pin_file_;
};

}  // namespace yuxin::keymgmt
