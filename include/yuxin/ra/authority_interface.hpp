// The interface by which registration authorities on other hosts order certificates of this one: docs/split.md.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yuxin/base/http_message.hpp"
#include "yuxin/base/result.hpp"
#include "yuxin/ca/approval.hpp"
#include "yuxin/evidence/act.hpp"
#include "yuxin/evidence/checkpoint.hpp"
#include "yuxin/ra/desk.hpp"

namespace yuxin::ra {

// Registry is a registration authority on another host, known by two keys: of the certificate that it shows in TLS,
// and of the service that signs for its machines.
struct Registry {
  std::string name;       // "east": lower-case letters, digits and hyphens
  x509::Digest256 key{};  // SHA-256 of the SubjectPublicKeyInfo
  x509::Digest256 service{};
  std::optional<evidence::OrgCode> within;  // what it orders lies at this organisation, or below it
};

// Registries is a validated registries.toml. Immutable; share freely between threads.
class Registries {
 public:
  // parse: kMalformed names the file, the line and the nearest known key.
  [[nodiscard]] static base::Result<std::shared_ptr<const Registries>> parse(std::string_view text,
                                                                             const std::string& file);
  // print writes the file as `parse` reads it.
  [[nodiscard]] static std::string print(const std::vector<Registry>& registries);
  [[nodiscard]] const std::vector<Registry>& all() const { return registries_; }
  [[nodiscard]] const Registry* find(std::string_view name) const;
  [[nodiscard]] const Registry* by_key(const x509::Digest256& key) const;

 private:
  Registries() = default;
  std::vector<Registry> registries_;
};

// InterfaceLimits bound what one registration authority may ask for.
struct InterfaceLimits {
  std::size_t per_minute = 6000;
  std::size_t burst = 1000;
  std::size_t body = std::size_t{4} << 20U;  // octets
};

// InterfaceParts is what the interface stands on. Functions are called from many threads at once.
struct InterfaceParts {
  std::shared_ptr<store::Store> store;
  const base::Clock* clock = nullptr;
  std::string home;  // folder, for lists of authorities elsewhere (ca::standing_of)
  // The registration authorities as they are now.
  std::function<base::Result<std::shared_ptr<const Registries>>()> registries;
  // The desk of this home with an issuer whose court has this petitioner.
  std::function<base::Result<std::shared_ptr<Desk>>(const ca::Petitioner&)> desk;
  // What acts are completed with.
  std::function<base::Result<std::unique_ptr<evidence::ProofSource>>(const std::string& actor)> proofs;
  // Signs a head of the ledger of this home as a checkpoint (a signed note).
  std::function<base::Result<std::string>(const evidence::TreeHead&)> sign_head;
  // What registration authorities go by: texts of files by their names, "profiles/device.toml".
  std::function<base::Result<base::JsonObject>()> policy;
  std::function<void()> status_changed;
  InterfaceLimits limits;
};

// AuthorityInterface answers everything below /ca/v1/. It stands behind TLS that demands client certificates, and
// takes one only of the profile registration-authority, in force at that moment, whose key registries.toml names at
// that moment. Nothing that a registration authority says is believed: an order carries the acts of its case, as they
// were stored; each is verified here, the case is gone through anew by the definitions and the organisations of this
// home, and the approval is judged by its approvals.toml, as if every profile demanded one. An order is carried out
// once, however often it is asked for. Orders and refusals are records of the ledger ("registry.order",
// "registry.refused"). Thread-safe.
class AuthorityInterface final : public base::HttpService {
 public:
  static constexpr std::string_view kPath = "/ca/v1/";
  static constexpr std::string_view kProfile = "registration-authority";
  explicit AuthorityInterface(InterfaceParts parts);
  ~AuthorityInterface() override;
  AuthorityInterface(const AuthorityInterface&) = delete;
  AuthorityInterface& operator=(const AuthorityInterface&) = delete;
  [[nodiscard]] std::optional<base::HttpReply> answer_now(const base::HttpRequest&) override { return std::nullopt; }
  [[nodiscard]] base::HttpReply answer(const base::HttpRequest& request) override;
  [[nodiscard]] std::size_t largest_body(const base::HttpRequest& head) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// kMachineRevocation is the type of the act by which a registration service gives a certificate back that it
// enrolled.
inline constexpr std::string_view kMachineRevocation = "registration.revoke";

}  // namespace yuxin::ra
