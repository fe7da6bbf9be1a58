// Answers that are signed now.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>

#include "content.hpp"
#include "yuxin/base/snapshot.hpp"
#include "yuxin/ocsp/authorities.hpp"
#include "yuxin/ocsp/cache.hpp"
#include "yuxin/ocsp/index.hpp"
#include "yuxin/ocsp/request.hpp"
#include "yuxin/ocsp/responder.hpp"
#include "yuxin/ocsp/response.hpp"

namespace yuxin::ocsp {

// LiveSource answers from the index and a signer, and leaves in the cache what may be kept. Thread-safe.
class LiveSource {
 public:
  struct Parts {
    StatusIndex& index;
    AnswerCache& cache;
    const base::Clock& clock;
    const ResponderOptions& options;
    ResponderCounters& counters;
  };
  explicit LiveSource(const Parts& parts);

  [[nodiscard]] base::Result<> set_signer(std::int64_t id, ResponderSigner signer);

  // answer signs an answer, or says with which error the client is to be turned away.
  template <typename T>
  using Outcome = tl::expected<T, ResponseError>;
  [[nodiscard]] Outcome<Content> answer(const OcspQuery& query);

  // renew signs ahead of time what the cache says is due.
  void renew();

 private:
  using Signer = std::shared_ptr<const ResponseTemplate>;
  using Signers = std::map<std::int64_t, Signer>;
  struct Window;
  struct Draft;

  [[nodiscard]] const Authority* choose_authority(const Authorities& authorities,
                                                  std::span<const CertIdView> ids) const;
  [[nodiscard]] Signer signer_of(std::int64_t authority) const;
  [[nodiscard]] Outcome<Window> window(const ResponseTemplate& signer) const;
  [[nodiscard]] bool refreshed();
  [[nodiscard]] Outcome<std::optional<IndexedStatus>> look_up(std::int64_t authority, const CertIdView& id);
  [[nodiscard]] Outcome<Content> sign(const Draft& draft, base::ByteView nonce);
  void keep(const Draft& draft, const CertIdView& id, const IndexedStatus& status, const Content& content);
  [[nodiscard]] Outcome<Content> answer_kept(Draft draft, const CertIdView& id, const IndexedStatus& status);
  void renew_one(const Renewal& due);

  Parts parts_;
  std::mutex changing_signers_;
  base::Snapshot<Signers> signers_;
};

}  // namespace yuxin::ocsp
