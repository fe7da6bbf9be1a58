// The authority of the desk's own home.
#include "effects.hpp"
#include "yuxin/ra/authority.hpp"

namespace yuxin::ra {

using base::Result;

namespace {

class LocalAuthority final : public Authority {
 public:
  explicit LocalAuthority(DeskParts parts) : parts_(std::move(parts)) {}

  [[nodiscard]] Result<> refresh() override { return {}; }
  [[nodiscard]] Result<> check(const std::shared_ptr<const ca::Profile>& profile,
                               const ca::Enrolment& enrolment) override {
    TRY(const auto issuer, parts_.issuer());
    return issuer->check(profile, enrolment);
  }
  [[nodiscard]] Result<> try_order(const Order& order) override { return try_effect(parts_, order); }
  [[nodiscard]] Result<Carried> carry_out(const Order& order) override { return ra::carry_out(parts_, order); }
  [[nodiscard]] Result<> revoke(const ca::StatusOrder& order, const std::string& actor) override {
    TRY(ca::revoke(*parts_.store, order, *parts_.clock, {actor, {}}));
    return {};
  }

 private:
  DeskParts parts_;
};

}  // namespace

std::shared_ptr<Authority> local_authority(DeskParts parts) {
  return std::make_shared<LocalAuthority>(std::move(parts));
}

}  // namespace yuxin::ra
