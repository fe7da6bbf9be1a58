// The operations of ACME, each the answer to one verified request (RFC 8555 section 7).
#pragma once

#include <string>

#include "world.hpp"

namespace yuxin::ra::acme {

using Answer = Outcome<base::HttpReply>;

[[nodiscard]] base::JsonObject directory(const World& world);

[[nodiscard]] Answer new_account(World& world, const Asked& asked);
[[nodiscard]] Answer account(World& world, const Asked& asked, const std::string& name);
[[nodiscard]] Answer list_orders(World& world, const Asked& asked, const std::string& name, std::int64_t after);
[[nodiscard]] Answer change_key(World& world, const Asked& asked);

[[nodiscard]] Answer new_order(World& world, const Asked& asked);
[[nodiscard]] Answer order(World& world, const Asked& asked, const std::string& name);
[[nodiscard]] Answer finalize(World& world, const Asked& asked, const std::string& name);
[[nodiscard]] Answer certificate(World& world, const Asked& asked, const std::string& name);

[[nodiscard]] Answer authorization(World& world, const Asked& asked, const std::string& name);
[[nodiscard]] Answer challenge(World& world, const Asked& asked, const std::string& name);

[[nodiscard]] Answer revoke(World& world, const Asked& asked);
// renewal_info is asked for without a signature (RFC 9773 section 4.1).
[[nodiscard]] Answer renewal_info(World& world, std::string_view identifier);

// resume looks again at challenges of an authorization that a crash interrupted.
void resume(World& world, const Account& account, const Authorization& of);
// finalize_order takes the request of a ready order and has its certificate issued.
[[nodiscard]] Outcome<Order> finalize_order(World& world, const Asked& asked, Order order);
// advance carries an order on that is being issued, and gives it as it is then.
[[nodiscard]] Outcome<Order> advance(World& world, const Account& account, Order order);

[[nodiscard]] base::JsonObject order_json(const World& world, const Order& order);

}  // namespace yuxin::ra::acme
