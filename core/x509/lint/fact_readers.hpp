// Strict readers of extension values into views (RFC 5280 section 4.2), for the lints.
#pragma once

#include <cstdint>
#include <vector>

#include "lint/facts.hpp"

namespace yuxin::x509 {

// Shape is what became of a value: kEmpty is well-formed but for a SEQUENCE SIZE (1..MAX) without a member.
enum class Shape { kGood, kEmpty, kMalformed };

// Each reads a whole extension value; octets after it make it malformed.
Shape read_octets(base::ByteView value, base::ByteView& to);
Shape read_constraints(base::ByteView value, BasicConstraintsView& to);
Shape read_usage_bits(base::ByteView value, KeyUsageView& to);
Shape read_oids(base::ByteView value, std::vector<Oid>& to);
Shape read_names(base::ByteView value, std::vector<NameView>& to);
Shape read_authority_key(base::ByteView value, AuthorityKeyView& to);
Shape read_access(base::ByteView value, std::vector<AccessView>& to);
Shape read_points(base::ByteView value, std::vector<PointView>& to);
Shape read_policies(base::ByteView value, std::vector<PolicyView>& to);
Shape read_mappings(base::ByteView value, std::vector<MappingView>& to);
Shape read_subtrees(base::ByteView value, NameConstraintsView& to);
Shape read_policy_limits(base::ByteView value, PolicyConstraintsView& to);
Shape read_skip_certs(base::ByteView value, std::int64_t& to);
Shape read_null(base::ByteView value, Nothing& to);
Shape read_attributes(base::ByteView value, Nothing& to);
Shape read_integers(base::ByteView value, Nothing& to);
Shape read_sct_list(base::ByteView value, Nothing& to);
Shape read_sequence(base::ByteView value, Nothing& to);
Shape read_bits(base::ByteView value, Nothing& to);

}  // namespace yuxin::x509
