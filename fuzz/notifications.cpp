// notifications.toml: what is accepted names every target once, with a way that leaves the machine in TLS only.
#include <cstdlib>

#include "yuxin/http/client.hpp"
#include "yuxin/notify/settings.hpp"

namespace {

using namespace yuxin;

bool is_sound(const notify::Target& target) {
  if (const auto* webhook = std::get_if<notify::Webhook>(&target.way)) {
    const auto place = http::destination_of(webhook->url);
    return place && (place->tls || place->loopback);
  }
  const auto& mail = std::get<notify::Mailbox>(target.way);
  for (const auto& address : mail.to) {
    if (!http::is_mailbox(address)) return false;
  }
  return !mail.to.empty() && http::is_mailbox(mail.from) && !mail.host.empty() &&
         mail.user.empty() == mail.password_file.empty();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto settings = notify::Settings::parse(base::as_text({data, size}), "notifications.toml");
  if (!settings) return 0;
  for (const auto& target : (*settings)->all()) {
    if (!is_sound(target) || target.kinds.empty() || target.wants("notification.given-up")) std::abort();
    if ((*settings)->find(target.name) != &target) std::abort();
  }
  return 0;
}
