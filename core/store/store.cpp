#include "yuxin/store/store.hpp"

#include <utility>

#include "rows.hpp"
#include "signal.hpp"

namespace yuxin::store {

using base::Result;

namespace {

class StatusView final : public StatusReader {
 public:
  StatusView(Database& database, const Signal& signal) : database_(database), signal_(signal) {}

  [[nodiscard]] std::uint64_t revision() const override { return signal_.value(); }
  [[nodiscard]] Result<std::vector<AuthorityRow>> authorities() override {
    return read([](Session& session) { return read_authorities(session); });
  }
  [[nodiscard]] Result<std::int64_t> changes(std::int64_t after,
                                             const std::function<void(const StatusChange&)>& visitor) override {
    return read([&](Session& session) { return read_changes(session, after, visitor); });
  }
  [[nodiscard]] Result<std::vector<ServiceCertificateRow>> service_certificates(std::string_view purpose) override {
    return read([&](Session& session) { return read_service_certificates(session, purpose); });
  }
  [[nodiscard]] Result<CrlRow> latest_crl(std::int64_t authority) override {
    return read([&](Session& session) { return read_latest_crl(session, authority); });
  }

 private:
  template <typename Query>
  [[nodiscard]] auto read(const Query& query) -> decltype(query(std::declval<Session&>())) {
    decltype(query(std::declval<Session&>())) result;
    TRY(database_.read([&](Session& session) -> Result<> {
      result = query(session);
      return {};
    }));
    return result;
  }

  Database& database_;
  const Signal& signal_;
};

}  // namespace

struct Store::Impl {
  Impl(std::shared_ptr<Database> opened, std::unique_ptr<Signal> shared)
      : signal(std::move(shared)), database(std::move(opened)), status(*database, *signal) {}

  // The signal outlives the database, whose writer's thread may still raise it on the way out.
  std::shared_ptr<Signal> signal;
  std::shared_ptr<Database> database;
  StatusView status;
};

Result<std::shared_ptr<Store>> Store::over(std::shared_ptr<Database> database, const std::string& signal_path) {
  TRY(auto signal, Signal::open(signal_path));
  // A process may have died between its commit and its signal: whoever comes next makes up for it.
  signal->raise();
  return std::make_shared<Store>(std::make_unique<Impl>(std::move(database), std::move(signal)));
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

Result<> Store::read(const ReadBody& body) {
  return impl_->database->read([&](Session& session) {
    Reader reader(session);
    return body(reader);
  });
}

Result<> Store::write(WriteBody body) {
  bool changed = false;
  auto result = impl_->database->write([&](Session& session) {
    Writer writer(session);
    auto done = body(writer);
    changed = writer.status_changed();
    return done;
  });
  if (result && changed) impl_->signal->raise();
  return result;
}

void Store::submit(WriteBody body, Completion done) {
  // Shared by the two halves, and with the signal it needs nothing of this object when they run.
  auto changed = std::make_shared<bool>(false);
  impl_->database->submit(
      [body = std::move(body), changed](Session& session) {
        Writer writer(session);
        auto result = body(writer);
        *changed = writer.status_changed();
        return result;
      },
      [done = std::move(done), changed, signal = impl_->signal](Result<> result) {
        if (result && *changed) signal->raise();
        done(std::move(result));
      });
}

StatusReader& Store::status() { return impl_->status; }

Database& Store::database() { return *impl_->database; }

}  // namespace yuxin::store
