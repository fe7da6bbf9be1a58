#include "yuxin/ra/automatic_desk.hpp"

#include <algorithm>

#include "machine/errand.hpp"

namespace yuxin::ra {

using base::Code;
using base::fail;
using base::Result;

// Turn keeps a request to one caller at a time.
class AutomaticDesk::Turn {
 public:
  Turn(AutomaticDesk& desk, const x509::Digest256& digest) : desk_(desk), digest_(digest) {
    std::unique_lock lock(desk_.mutex_);
    desk_.freed_.wait(lock, [&] { return desk_.busy_.insert(digest_).second; });
  }
  ~Turn() {
    {
      const std::lock_guard lock(desk_.mutex_);
      desk_.busy_.erase(digest_);
    }
    desk_.freed_.notify_all();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  AutomaticDesk& desk_;
  x509::Digest256 digest_;
};

Result<MachineAnswer> AutomaticDesk::enrol(const MachineWish& wish) {
  const Turn turn(*this, Errand::digest_of(wish));
  TRY(const auto desk, parts_.desk());
  return Errand(parts_, *desk, wish, signing_).run();
}

Result<> AutomaticDesk::may_begin(std::string_view client, std::string_view profile) {
  TRY(const auto desk, parts_.desk());
  return Errand::may_begin(parts_, *desk, client, profile);
}

Result<std::vector<x509::Certificate>> AutomaticDesk::chain() {
  TRY(const auto desk, parts_.desk());
  TRY(const auto rows, desk->parts().store->status().authorities());
  std::vector<x509::Certificate> known;
  std::vector<x509::Certificate> chain;
  for (const auto& row : rows) {
    if (row.certificate.empty()) continue;
    TRY(auto certificate, x509::Certificate::from_der(row.certificate));
    if (row.name == desk->parts().authority) chain.push_back(certificate);
    known.push_back(std::move(certificate));
  }
  if (chain.empty()) return fail(Code::kUnavailable, "No authority here issues certificates at present.");
  while (chain.size() <= known.size() && !chain.back().subject().same(chain.back().issuer())) {
    const auto above = std::ranges::find_if(
        known, [&](const x509::Certificate& one) { return one.subject().same(chain.back().issuer()); });
    if (above == known.end()) break;
    chain.push_back(*above);
  }
  return chain;
}

Result<Held> AutomaticDesk::held(const x509::Certificate& certificate) {
  TRY(const auto desk, parts_.desk());
  std::vector<store::CertificateRow> rows;
  TRY(desk->parts().store->read([&](store::Reader& reader) -> Result<> {
    TRY(rows, reader.find_all(certificate.tbs().serial, store::Reader::With::kDer));
    return {};
  }));
  const auto row = std::ranges::find_if(
      rows, [&](const store::CertificateRow& one) { return base::equal(one.der, certificate.der()); });
  if (row == rows.end()) return fail(Code::kNotFound, "No authority here has issued this certificate.");
  const auto now = desk->parts().clock->now();
  return Held{row->profile,
              row->status.state == store::CertificateState::kGood && row->not_before <= now && now <= row->not_after};
}

}  // namespace yuxin::ra
