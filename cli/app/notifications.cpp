#include "notifications.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "case_words.hpp"
#include "notifier_identity.hpp"
#include "yuxin/base/log.hpp"
#include "yuxin/notify/delivery.hpp"

namespace yuxin::cli {

using base::Code;
using base::Result;

namespace {

constexpr const char* kActor = "service:notifier";
constexpr const char* kFile = "notifications.toml";
constexpr std::size_t kLongestFile = std::size_t{1} << 20U;
constexpr std::chrono::seconds kLookEvery{1};

// Told writes trouble into the log when it begins, and not every second.
class Told {
 public:
  template <typename T>
  void say(const Result<T>& done) {
    const auto trouble = done ? std::string() : done.error().detail + " " + done.error().diagnostic;
    if (!trouble.empty() && trouble != last_) base::log_error(trouble);
    last_ = trouble;
  }

 private:
  std::string last_;
};

}  // namespace

std::string notifications_path(const Home& home) { return home.path() + "/" + kFile; }

Result<std::shared_ptr<const notify::Settings>> read_notifications(const Home& home) {
  const auto file = notifications_path(home);
  auto text = base::read_file(file, kLongestFile);
  if (!text && text.error().code != Code::kNotFound) return tl::unexpected(std::move(text).error());
  return notify::Settings::parse(text ? base::as_text(*text) : std::string_view(), file);
}

namespace {

Result<notify::Sender> sender_of(Home& home, const notify::Settings& settings, const std::string& actor) {
  notify::Sender sender;
  TRY(auto identity, keep_notifier(home, settings.senders(), actor));
  TRY(sender.origin, home.ledger_origin());
  sender.folder = home.path();
  sender.seal = seal_by(std::move(identity), home.clock());
  sender.case_words = case_words(home.shared_store());
  return sender;
}

}  // namespace

Result<> notify_once(Home& home, const notify::Settings& settings, const notify::Target& target,
                     std::span<const notify::Notice> notices, const std::string& actor, const std::stop_token& stop) {
  TRY(const auto sender, sender_of(home, settings, actor));
  return notify::deliver(sender, target, notices, home.clock().now(), stop);
}

std::shared_ptr<const notify::Settings> NotificationFile::settings() {
  const std::lock_guard lock(mutex_);
  const auto file = base::OpenFile::below(home_.path(), kFile);
  const auto now = file ? Seen((*file)->identity()) : Seen();
  if (looked_ && now == seen_) return settings_;
  looked_ = true;
  seen_ = now;
  auto read = read_notifications(home_);
  if (read) {
    settings_ = std::move(*read);
  } else {
    base::log_error(base::message("The targets of notifications stay as they were: {}", read.error().detail));
  }
  return settings_;
}

Notifications::Notifications(std::shared_ptr<Home> home)
    : home_(std::move(home)),
      file_(*home_),
      notifier_({.store = home_->shared_store(),
                 .clock = &home_->clock(),
                 .settings = [this] { return file_.settings(); },
                 .deliver = [this](const notify::Target& target, std::span<const notify::Notice> notices,
                                   const std::stop_token& stop) { return deliver(target, notices, stop); },
                 .actor = kActor}),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void Notifications::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

Result<> Notifications::deliver(const notify::Target& target, std::span<const notify::Notice> notices,
                                const std::stop_token& stop) {
  const auto settings = file_.settings();
  notify::Sender sender;
  {
    const std::lock_guard lock(signing_);
    TRY(sender, sender_of(*home_, *settings, kActor));
  }
  return notify::deliver(sender, target, notices, home_->clock().now(), stop);
}

void Notifications::pause(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, stop, kLookEvery, [] { return false; });
}

// The settings bound the number of targets, and with it that of the threads.
void Notifications::run(const std::stop_token& stop) {
  Told told;
  std::map<std::string, std::jthread> threads;
  while (!stop.stop_requested()) {
    const auto names = notifier_.targets();
    told.say(names);
    if (names) {
      std::erase_if(threads, [&](const auto& one) { return std::ranges::find(*names, one.first) == names->end(); });
      for (const auto& name : *names) {
        if (!threads.contains(name))
          threads.emplace(name, std::jthread([this, name](const std::stop_token& end) { serve(name, end); }));
      }
    }
    pause(stop);
  }
  for (auto& [name, thread] : threads) thread.request_stop();
}

void Notifications::serve(const std::string& target, const std::stop_token& stop) {
  Told told;
  while (!stop.stop_requested()) {
    const auto more = notifier_.look_at(target, stop);
    told.say(more);
    if (!more || !*more) pause(stop);
  }
}

std::string Notifications::metrics() const {
  const auto tallies = notifier_.tallies();
  std::string out;
  const auto counter = [&](std::string_view name, std::string_view help, std::uint64_t notify::Tally::* count) {
    out += fmt::format("# HELP {} {}\n# TYPE {} counter\n", name, help, name);
    for (const auto& [target, tally] : tallies)
      out += fmt::format("{}{{target=\"{}\"}} {}\n", name, target, tally.*count);
  };
  if (tallies.empty()) return out;
  counter("yuxin_notifications_sent_total", "records that targets have taken", &notify::Tally::sent);
  counter("yuxin_notification_failures_total", "attempts that failed", &notify::Tally::failures);
  counter("yuxin_notifications_given_up_total", "records that were passed over", &notify::Tally::given_up);
  const auto settings = read_notifications(*home_);
  std::vector<notify::Standing> standings;
  if (settings) {
    const auto read = home_->store().read([&](store::Reader& reader) -> Result<> {
      TRY(standings, notify::standings(reader, **settings));
      return {};
    });
    if (!read) standings.clear();
  }
  constexpr std::string_view kWaiting = "yuxin_notifications_waiting";
  out += fmt::format("# HELP {} records that a target is still to be told, 10000 at the most\n# TYPE {} gauge\n",
                     kWaiting, kWaiting);
  for (const auto& one : standings) out += fmt::format("{}{{target=\"{}\"}} {}\n", kWaiting, one.name, one.waiting);
  return out;
}

}  // namespace yuxin::cli
