// One request of a machine on its way: found again, issued, or made a case.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "machine/request_repository.hpp"
#include "yuxin/ra/automatic_desk.hpp"

namespace yuxin::ra {

// Errand carries one wish through. Whoever runs it keeps others with the same wish out (AutomaticDesk).
class Errand {
 public:
  Errand(const AutomaticDeskParts& parts, Desk& desk, const MachineWish& wish, std::mutex& signing);
  [[nodiscard]] base::Result<MachineAnswer> run();
  // digest_of is what makes two requests the same one.
  [[nodiscard]] static x509::Digest256 digest_of(const MachineWish& wish);
  // may_begin refuses a profile whose certificates wait for a person, and a client that has had its requests of the
  // day (MachineDesk).
  [[nodiscard]] static base::Result<> may_begin(const AutomaticDeskParts& parts, const Desk& desk,
                                                std::string_view client, std::string_view profile);

 private:
  using Maybe = std::optional<MachineAnswer>;
  [[nodiscard]] base::Result<> check_key() const;
  [[nodiscard]] base::Result<Maybe> known_answer();
  [[nodiscard]] base::Result<Maybe> answer_of_case(const requests::RequestRow& row);
  [[nodiscard]] base::Result<Maybe> again(const requests::RequestRow& row);
  [[nodiscard]] base::Result<MachineAnswer> issue(const std::shared_ptr<const ca::Profile>& profile);
  [[nodiscard]] base::Result<MachineAnswer> enrol_as_service();
  [[nodiscard]] base::Result<MachineAnswer> submit();

  // open signs and keeps the act that opens a case for this wish, and gives its number.
  [[nodiscard]] base::Result<> check_organisation() const;
  [[nodiscard]] base::Result<std::string> open(const std::string& action);
  [[nodiscard]] base::Result<Maybe> fetch(const workflow::Standing& standing, std::int64_t row);
  void hand_over(const std::string& case_id);
  [[nodiscard]] base::Result<std::int64_t> note(store::Writer& writer, std::string_view case_id) const;
  [[nodiscard]] base::Result<> forget(std::int64_t row);
  [[nodiscard]] base::Result<bool> is_pending(std::string_view case_id);

  const AutomaticDeskParts& parts_;
  Desk& desk_;
  const MachineWish& wish_;
  x509::Digest256 digest_;
  std::mutex& signing_;
  bool cut_off_ = false;  // this was begun before, and whether a certificate came of it nobody has noted
};

}  // namespace yuxin::ra
