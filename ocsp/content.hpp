// HTTP contents of OCSP answers: octets with the fields that belong to them.
#pragma once

#include <memory>

#include "yuxin/base/http_message.hpp"
#include "yuxin/base/time.hpp"

namespace yuxin::ocsp {

using Content = std::shared_ptr<const base::HttpContent>;

// Freshness is what HTTP caches may do with an answer (RFC 5019 section 6.2).
struct Freshness {
  base::UnixTime this_update;
  base::UnixTime next_update;
  base::Seconds max_age;  // from whenever the answer is sent
};
[[nodiscard]] Content make_cacheable(base::Bytes body, const Freshness& freshness);
// make_private is for answers that must not be kept: with a nonce, about serials that may be issued in a moment,
// errors.
[[nodiscard]] Content make_private(base::Bytes body);

}  // namespace yuxin::ocsp
