#include "toml_text.hpp"

#include "yuxin/base/json.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {

std::string toml_string(std::string_view text) { return base::print_json(base::Json(text)); }

std::string toml_strings(const std::vector<std::string>& list) {
  std::vector<std::string> texts;
  texts.reserve(list.size());
  for (const auto& text : list) texts.push_back(toml_string(text));
  return "[" + base::join(texts, ", ") + "]";
}

}  // namespace yuxin::cli
