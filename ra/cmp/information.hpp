// Support messages: genm and genp, RFC 9483 section 4.3.
#pragma once

#include <string>

#include "contents.hpp"
#include "yuxin/ra/cmp.hpp"

namespace yuxin::ra::cmp {

// general_answer gives GenRepContent. Known are caCerts, rootCaCert and certReqTemplate (of the profile that the
// label or the client names); others are left out, as RFC 4210 section 5.3.20 wants of what is not known.
[[nodiscard]] Outcome<base::Bytes> general_answer(const CmpParts& parts, const std::vector<Info>& infos,
                                                  const std::string& profile);

}  // namespace yuxin::ra::cmp
