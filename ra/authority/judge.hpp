// What the authority does with the orders of another host.
#pragma once

#include <mutex>

#include "authority/wire.hpp"
#include "yuxin/ra/authority_interface.hpp"

namespace yuxin::ra {

// Judge holds orders against the acts that they rest on. One for all registration authorities; thread-safe.
class Judge {
 public:
  explicit Judge(const InterfaceParts& parts) : parts_(parts) {}

  // check says whether it is worth applying for a certificate.
  [[nodiscard]] base::Result<> check(const Registry& by, const wire::CheckMessage& message);
  // try_order judges an order and changes nothing; carry_out carries it out, once.
  [[nodiscard]] base::Result<> try_order(const Registry& by, const wire::OrderMessage& message);
  [[nodiscard]] base::Result<Carried> carry_out(const Registry& by, const wire::OrderMessage& message);
  // hear notes what cases have come to: acts that follow others. What is no such act is passed over.
  [[nodiscard]] base::Result<> hear(const Registry& by, const std::vector<base::Bytes>& ders);
  // revoke ends a certificate that the registration service has enrolled, upon its act.
  [[nodiscard]] base::Result<Carried> revoke(const Registry& by, base::ByteView der);

 private:
  struct Judged;
  [[nodiscard]] base::Result<std::shared_ptr<Desk>> desk_for(const Registry& by) const;
  [[nodiscard]] base::Result<Judged> judge(const Registry& by, const wire::OrderMessage& order) const;
  const InterfaceParts& parts_;
  std::mutex issuing_;  // who asks twice at once is answered one after the other
};

}  // namespace yuxin::ra
