// When two distinguished names are one: RFC 5280 section 7.1.
#pragma once

#include <string>
#include <string_view>

#include "yuxin/x509/name.hpp"

namespace yuxin::x509 {

// comparable_text gives a UTF-8 text such that two texts which people read as one come out the same, by the steps of
// RFC 4518: what cannot be seen is dropped (soft hyphens, zero-width characters, joiners, direction marks, variation
// selectors, controls), every kind of blank is a blank, letters are small in every script, composed and compatible
// forms are one (NFKC), blanks at both ends go and several become one. Octets that are no UTF-8 stay as they are.
[[nodiscard]] std::string comparable_text(std::string_view text);

// comparable_name is the same for exactly those names that are equal: the same attribute types in the same order with
// the same comparable texts, of whatever string type; the order within a multi-valued RDN does not matter. For
// comparing and for nothing else.
[[nodiscard]] std::string comparable_name(const Name& name);
[[nodiscard]] bool equal_names(const Name& a, const Name& b);
// same_attributes says whether two names are equal but for the order of their attributes: for X.500 these are two
// names, and for people one person.
[[nodiscard]] bool same_attributes(const Name& a, const Name& b);

}  // namespace yuxin::x509
