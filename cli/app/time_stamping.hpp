// The time-stamping authority of a home: its key, its options, and where it asks for the time.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "home.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/tsa/authority.hpp"

namespace yuxin::cli {

// stamping_authority is the authority of a home that certifies its time stamps: "issuing", or the first one that has
// a key and a certificate; nothing when there is none.
[[nodiscard]] base::Result<std::optional<store::AuthorityRow>> stamping_authority(Home& home);

// keep_time_stamper makes a key and certificate when there is none or it was revoked, when the key is older than its
// time, and when the certificate runs out and a new one would live longer. Gives the one in service; nothing in a
// home without an authority.
[[nodiscard]] base::Result<std::optional<store::ServiceCertificateRow>> keep_time_stamper(Home& home,
                                                                                          const std::string& actor);

// time_stamper_of opens the key of a row and lays its tokens out as the settings say.
[[nodiscard]] base::Result<std::shared_ptr<const x509::TimeStamper>> time_stamper_of(
    Home& home, const store::ServiceCertificateRow& row);

// time_source_of is what [tsa] time_source names; null when it names nothing. `clock` must outlive it.
[[nodiscard]] base::Result<std::shared_ptr<tsa::TimeSource>> time_source_of(const TimeStampingConfig& config,
                                                                            const base::Clock& clock);

// open_time_stamping opens the authority as the settings say; no key is in service yet.
[[nodiscard]] base::Result<std::unique_ptr<tsa::Authority>> open_time_stamping(Home& home,
                                                                               tsa::SerialOptions serials);

// stamp_in_home has the home's own authority answer one request, without a server: one number is reserved for the one
// stamp. Gives a TimeStampResp. The home is unlocked. Errors: kConflict when no authority could certify a key,
// kUnavailable with the reason when the clock cannot be believed or the database or the key does not answer; a
// request that is refused for what it asks is given as it is.
[[nodiscard]] base::Result<base::Bytes> stamp_in_home(Home& home, base::ByteView request, const std::string& actor);

// TimeStamping runs an authority for a server: it asks the time source on a thread of its own, because a name server
// may keep it waiting. Thread-safe but for `keep`, which belongs to one thread.
class TimeStamping {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<TimeStamping>> start(std::shared_ptr<Home> home);
  ~TimeStamping();
  // keep renews the key when it is time and puts the newest one into service, also one that another process has made.
  [[nodiscard]] base::Result<> keep(const std::string& actor);
  [[nodiscard]] tsa::Authority& authority() { return *authority_; }

 private:
  TimeStamping(std::shared_ptr<Home> home, std::unique_ptr<tsa::Authority> authority);
  void run(const std::stop_token& stop);

  std::shared_ptr<Home> home_;
  std::unique_ptr<tsa::Authority> authority_;
  base::Bytes in_use_;  // certificate
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread ticker_;
};

}  // namespace yuxin::cli
