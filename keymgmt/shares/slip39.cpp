#include "yuxin/keymgmt/slip39.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <map>

#include "feistel.hpp"
#include "gf256.hpp"

namespace yuxin::keymgmt {

using base::ByteView;
using base::Code;
using base::fail;
using base::Result;
using base::Secret;

namespace {

constexpr std::uint8_t kDigestX = 254;
constexpr std::uint8_t kSecretX = 255;
constexpr std::size_t kDigestSize = 4;

Secret random_secret(std::size_t size) {
  Secret made(size);
  base::random_bytes({made.data(), size});
  return made;
}

// The first octets of HMAC-SHA256 of the secret, by which wrong shares are found.
Result<Secret> digest_of(ByteView key, const Secret& secret) {
  Secret mac(32);
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), secret.view().data(), secret.size(), mac.data(),
           &size) == nullptr)
    return fail(Code::kUnavailable, "A digest could not be made; is there enough memory?");
  return Secret(mac.view().first(kDigestSize));
}

// split_octets gives the values at 0 to count - 1 of the polynomials that have the secret at 255.
Result<std::vector<Secret>> split_octets(const Secret& secret, std::size_t threshold, std::size_t count) {
  std::vector<Secret> values;
  if (threshold == 1) {
    for (std::size_t i = 0; i < count; ++i) values.push_back(secret.clone());
    return values;
  }
  const auto salt = random_secret(secret.size() - kDigestSize);
  TRY(const auto digest, digest_of(salt.view(), secret));
  Secret proof(secret.size());
  std::ranges::copy(digest.view(), proof.data());
  std::ranges::copy(salt.view(), proof.data() + kDigestSize);
  for (std::size_t i = 0; i + 2 < threshold; ++i) values.push_back(random_secret(secret.size()));
  std::vector<Point> points;
  for (std::size_t i = 0; i < values.size(); ++i) points.push_back({static_cast<std::uint8_t>(i), values[i].view()});
  points.push_back({kDigestX, proof.view()});
  points.push_back({kSecretX, secret.view()});
  for (std::size_t i = values.size(); i < count; ++i)
    values.push_back(interpolate(points, static_cast<std::uint8_t>(i)));
  return values;
}

Result<Secret> join_octets(std::size_t threshold, const std::vector<Point>& points) {
  if (threshold == 1) return Secret(points.front().y);
  auto secret = interpolate(points, kSecretX);
  const auto proof = interpolate(points, kDigestX);
  TRY(const auto digest, digest_of(proof.view().subspan(kDigestSize), secret));
  if (!base::equal_constant_time(digest.view(), proof.view().first(kDigestSize))) {
    return fail(Code::kIntegrity,
                "The shares do not fit together: at least one of them is of another secret, or was altered. Prove "
                "each alone: yuxin share verify");
  }
  return secret;
}

bool is_shape(const GroupShape& group) {
  return group.members >= 1 && group.members <= kMostShares && group.threshold >= 1 &&
         group.threshold <= group.members && (group.threshold > 1 || group.members == 1);
}

using Groups = std::map<std::uint8_t, std::vector<const Share*>>;

Result<> add_share(Groups& groups, const Share& first, const Share& share) {
  if (share.set != first.set || share.value.size() != first.value.size())
    return fail(Code::kRefused, "The shares are of different sets, and do not fit together.");
  auto& group = groups[share.group];
  if (!group.empty() && group.front()->member_threshold != share.member_threshold)
    return fail(Code::kRefused, "Two shares of group {} contradict each other in how many are needed.",
                share.group + 1);
  if (std::ranges::any_of(group, [&](const Share* other) { return other->member == share.member; })) {
    return fail(Code::kRefused, "Share {} of group {} is there twice. Ask another custodian for theirs.",
                share.member + 1, share.group + 1);
  }
  group.push_back(&share);
  return {};
}

Result<> check_counts(const Groups& groups, std::size_t threshold) {
  if (groups.size() != threshold)
    return fail(Code::kUsage, "Shares of {} groups are needed, and these are of {}.", threshold, groups.size());
  for (const auto& [number, group] : groups) {
    if (group.size() != group.front()->member_threshold)
      return fail(Code::kUsage, "{} shares of group {} are needed, and there are {}.",
                  group.front()->member_threshold, number + 1, group.size());
  }
  return {};
}

}  // namespace

Result<std::vector<std::vector<Share>>> split_secret(const Secret& secret, const Secret& passphrase,
                                                     std::uint8_t group_threshold, std::span<const GroupShape> groups,
                                                     std::uint8_t iteration_exponent) {
  if (secret.size() < kShortestSecret || secret.size() > kLongestSharedSecret || secret.size() % 2 != 0)
    return fail(Code::kUsage, "A secret that is shared has {} to {} octets, an even number; this one has {}.",
                kShortestSecret, kLongestSharedSecret, secret.size());
  if (groups.empty() || groups.size() > kMostShares || group_threshold < 1 || group_threshold > groups.size() ||
      !std::ranges::all_of(groups, is_shape) || iteration_exponent > kLargestExponent)
    return fail(Code::kUsage, "No secret can be shared among so many groups and members with these thresholds.");
  std::array<std::uint8_t, 2> random{};
  base::random_bytes(random);
  const ShareSetHeader set{
      .identifier = static_cast<std::uint16_t>((unsigned{random[0]} << 8U | random[1]) & 0x7fffU),
      .iteration_exponent = iteration_exponent,
      .group_threshold = group_threshold,
      .group_count = static_cast<std::uint8_t>(groups.size())};
  TRY(const auto encrypted, encrypt_master(secret, passphrase, set));
  TRY(const auto group_values, split_octets(encrypted, group_threshold, groups.size()));
  std::vector<std::vector<Share>> all;
  for (std::size_t group = 0; group < groups.size(); ++group) {
    TRY(auto values, split_octets(group_values[group], groups[group].threshold, groups[group].members));
    auto& shares = all.emplace_back();
    for (std::size_t member = 0; member < values.size(); ++member) {
      shares.push_back({set, static_cast<std::uint8_t>(group), static_cast<std::uint8_t>(member),
                        groups[group].threshold, std::move(values[member])});
    }
  }
  return all;
}

Result<Secret> combine_shares(std::span<const Share> shares, const Secret& passphrase) {
  if (shares.empty()) return fail(Code::kUsage, "No shares were given.");
  const auto& first = shares.front();
  Groups groups;
  for (const auto& share : shares) TRY(add_share(groups, first, share));
  TRY(check_counts(groups, first.set.group_threshold));
  std::vector<Secret> group_values;
  std::vector<Point> points;
  group_values.reserve(groups.size());
  for (const auto& [number, group] : groups) {
    std::vector<Point> members;
    for (const auto* share : group) members.push_back({share->member, share->value.view()});
    TRY(auto value, join_octets(group.front()->member_threshold, members));
    points.push_back({number, group_values.emplace_back(std::move(value)).view()});
  }
  TRY(const auto encrypted, join_octets(first.set.group_threshold, points));
  return decrypt_master(encrypted, passphrase, first.set);
}

}  // namespace yuxin::keymgmt
