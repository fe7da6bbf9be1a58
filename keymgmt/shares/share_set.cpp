#include "yuxin/keymgmt/share_set.hpp"

#include <algorithm>
#include <map>

#include "yuxin/base/text.hpp"

namespace yuxin::keymgmt {

using base::Code;
using base::fail;
using base::Result;
using base::Secret;

namespace {

// The master secret's passphrase of SLIP-0039 is empty: every share is sealed by itself.
const Secret& no_passphrase() {
  static const Secret kEmpty;
  return kEmpty;
}

std::vector<GroupShape> shapes_of(const SharePlan& plan) {
  std::vector<GroupShape> shapes;
  for (const auto& group : plan.groups) {
    const auto members = group.threshold == 1 ? 1 : group.members.size();
    shapes.push_back({group.threshold, static_cast<std::uint8_t>(members)});
  }
  return shapes;
}

ShareRegister register_of(const SharePlan& plan, base::UnixTime now, const Secret& secret,
                          const std::optional<x509::Digest256>& replaces) {
  ShareRegister shares;
  shares.set.resize(kSetIdentifierSize);
  base::random_bytes(shares.set);
  shares.title = plan.title;
  shares.made = now;
  shares.secret_size = secret.size();
  shares.replaces = replaces;
  return shares;
}

RegisteredShare line_of(const Custodian& custodian, const Share& share, const Secret& salt) {
  RegisteredShare line{custodian.name, share.member, custodian.seal, std::nullopt,
                       share_commitment(share, salt.view())};
  if (custodian.certificate) line.certificate = x509::sha256(custodian.certificate->der());
  return line;
}

Result<> check_fits(const ShareRegister& shares, const OpenedShare& opened) {
  const bool other_set = !opened.set.empty() && !base::equal(opened.set, shares.set);
  if (other_set || opened.share.set != shares.header || opened.share.value.size() != shares.secret_size ||
      opened.share.group >= shares.groups.size() ||
      shares.groups[opened.share.group].threshold != opened.share.member_threshold)
    return fail(Code::kBadSignature, "This share is of another set than the register \"{}\".", shares.title);
  if (opened.fingerprint && *opened.fingerprint != register_fingerprint(shares)) {
    return fail(Code::kBadSignature,
                "The register \"{}\" is not as it was when this share was made: somebody changed it. Take the copy "
                "that was made with the shares.",
                shares.title);
  }
  return {};
}

// What the holders of the first shares that are enough bring.
std::vector<OpenedShare> first_quorum(const MadeSet& set) {
  Quorum quorum(set.shares);
  std::vector<OpenedShare> some;
  for (const auto& made : set.made) {
    if (quorum.met()) break;
    if (quorum.add({made.group, made.number}) != Quorum::Added::kCounted) continue;
    some.push_back({made.opened.share.clone(), made.opened.salt.clone(), made.opened.set, made.opened.fingerprint});
  }
  return some;
}

}  // namespace

Result<MadeSet> make_share_set(const Secret& secret, const SharePlan& plan, base::UnixTime now,
                               const std::optional<x509::Digest256>& replaces) {
  TRY(const auto split, split_secret(secret, no_passphrase(), plan.group_threshold, shapes_of(plan), 0));
  MadeSet set{register_of(plan, now, secret, replaces), {}};
  set.shares.header = split.front().front().set;
  for (std::size_t group = 0; group < plan.groups.size(); ++group) {
    const auto& planned = plan.groups[group];
    auto& registered = set.shares.groups.emplace_back(RegisteredGroup{planned.name, planned.threshold, {}});
    for (std::size_t number = 0; number < planned.members.size(); ++number) {
      const auto& share = split[group][planned.threshold == 1 ? 0 : number];
      Secret salt(kShareSaltSize);
      base::random_bytes({salt.data(), salt.size()});
      registered.shares.push_back(line_of(planned.members[number], share, salt));
      set.made.push_back({group, number, {share.clone(), std::move(salt), set.shares.set, std::nullopt}});
    }
  }
  const auto fingerprint = register_fingerprint(set.shares);
  for (auto& made : set.made) made.opened.fingerprint = fingerprint;
  TRY(const auto again, join_share_set(set.shares, first_quorum(set)));
  if (!base::equal_constant_time(again.view(), secret.view()))
    return fail(Code::kInternal, "The shares do not give the secret back. Nothing was made.");
  return set;
}

Result<SharePlace> place_share(const ShareRegister& shares, const OpenedShare& opened) {
  if (!opened.salt.empty()) return prove_share(shares, opened);
  TRY(check_fits(shares, opened));
  const auto& lines = shares.groups[opened.share.group].shares;
  const auto line = std::ranges::find(lines, opened.share.member, &RegisteredShare::member);
  if (line == lines.end())
    return fail(Code::kBadSignature, "The register \"{}\" knows no share of this number.", shares.title);
  return SharePlace{opened.share.group, static_cast<std::size_t>(line - lines.begin())};
}

Result<SharePlace> prove_share(const ShareRegister& shares, const OpenedShare& opened) {
  if (opened.salt.empty()) {
    return fail(Code::kUsage, "A share is proved with its {} words of proof, which stand behind those of the share.",
                kProofWords);
  }
  TRY(check_fits(shares, opened));
  const auto commitment = share_commitment(opened.share, opened.salt.view());
  const auto& lines = shares.groups[opened.share.group].shares;
  const auto line = std::ranges::find(lines, commitment, &RegisteredShare::commitment);
  if (line == lines.end() || line->member != opened.share.member) {
    return fail(Code::kBadSignature,
                "This share is not the one that the register \"{}\" commits to: it, or its proof, was altered.",
                shares.title);
  }
  return SharePlace{opened.share.group, static_cast<std::size_t>(line - lines.begin())};
}

Quorum::Quorum(const ShareRegister& shares) : group_threshold_(shares.header.group_threshold) {
  for (const auto& group : shares.groups) {
    auto& counted = groups_.emplace_back(Group{group.name, group.threshold, {}, {}});
    for (const auto& share : group.shares) counted.members.push_back(share.member);
  }
}

Quorum::Added Quorum::add(const SharePlace& place) {
  auto& group = groups_.at(place.group);
  const auto member = group.members.at(place.number);
  if (std::ranges::find(group.there, member) != group.there.end()) return Added::kThere;
  if (group.there.size() == group.threshold) return Added::kNotNeeded;
  group.there.push_back(member);
  return Added::kCounted;
}

bool Quorum::met() const {
  const auto complete =
      std::ranges::count_if(groups_, [](const Group& group) { return group.there.size() >= group.threshold; });
  return std::cmp_greater_equal(complete, group_threshold_);
}

std::size_t Quorum::present(std::size_t group) const { return groups_.at(group).there.size(); }

std::string Quorum::status() const {
  std::vector<std::string> parts;
  for (const auto& group : groups_)
    parts.push_back(base::message("{} {} of {}", group.name, group.there.size(), group.threshold));
  auto text = base::join(parts, base::message(", "));
  if (group_threshold_ < groups_.size()) text += base::message("; {} of the groups are needed", group_threshold_);
  return text;
}

Result<Secret> join_share_set(const ShareRegister& shares, std::span<const OpenedShare> opened) {
  Quorum quorum(shares);
  std::map<std::size_t, std::vector<const Share*>> groups;
  for (const auto& one : opened) {
    TRY(const auto place, place_share(shares, one));
    if (quorum.add(place) == Quorum::Added::kCounted) groups[place.group].push_back(&one.share);
  }
  if (!quorum.met()) return fail(Code::kUsage, "These shares are not enough: {}.", quorum.status());
  std::vector<Share> used;
  std::size_t complete = 0;
  for (const auto& [number, members] : groups) {
    if (members.size() < shares.groups[number].threshold || complete == shares.header.group_threshold) continue;
    ++complete;
    for (const auto* share : members) used.push_back(share->clone());
  }
  return combine_shares(used, no_passphrase());
}

}  // namespace yuxin::keymgmt
