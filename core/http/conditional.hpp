// Conditional requests: RFC 9110 section 13.
#pragma once

#include "yuxin/base/http_message.hpp"

namespace yuxin::http {

// unless_known gives 304 in place of a reply to a GET with status 200 whose ETag stands in If-None-Match, or where
// that is "*", or without If-None-Match one whose Last-Modified is not after If-Modified-Since; any other reply as it
// is. The 304 bears the fields that RFC 9110 section 15.4.5 wants, as the 200
// would have.
[[nodiscard]] base::HttpReply unless_known(const base::HttpRequest& request, base::HttpReply reply);

}  // namespace yuxin::http
