// One attempt to tell a target.
#pragma once

#include <cstddef>
#include <span>
#include <stop_token>
#include <string>

#include "yuxin/base/result.hpp"
#include "yuxin/base/time.hpp"
#include "yuxin/notify/message.hpp"
#include "yuxin/notify/settings.hpp"

namespace yuxin::notify {

// Sender is who tells.
struct Sender {
  std::string origin;  // of the ledger
  std::string folder;  // that the files of the settings are in, unless they are named from the root on
  Seal seal;
  CaseWords case_words = {};
};

// most_at_once is how many notices one message to a target holds: 50 in a mail, one in a request.
[[nodiscard]] std::size_t most_at_once(const Target& target);

// deliver makes one attempt with at most so many notices and gives success once the other side has them. A webhook
// has them when it answers 2xx; redirects are not followed. Errors: those of http::post and http::send_mail,
// kUnavailable for another answer, those of reading the files of the target, and of `seal`.
[[nodiscard]] base::Result<> deliver(const Sender& sender, const Target& target, std::span<const Notice> notices,
                                     base::UnixTime now, const std::stop_token& stop);

}  // namespace yuxin::notify
