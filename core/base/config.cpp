#include "yuxin/base/config.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "toml.hpp"
#include "toml_check.hpp"
#include "yuxin/base/file.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::base {

// Node shares the whole document with every table that was handed out of it.
struct ConfigTable::Node {
  std::shared_ptr<const toml::table> document;
  const toml::table* table = nullptr;
  std::string file;
  std::set<std::string, std::less<>> asked;
  // One node a table, however often it is asked for, so that what one reader took the other has taken.
  std::vector<std::shared_ptr<Node>> children;

  // find notes that the key is known and gives what stands there.
  const toml::node* find(std::string_view key) {
    asked.emplace(key);
    return table->get(key);
  }
  std::shared_ptr<Node> child(const toml::table& inner) {
    for (const auto& node : children) {
      if (node->table == &inner) return node;
    }
    return children.emplace_back(std::make_shared<Node>(Node{document, &inner, file, {}, {}}));
  }
};

namespace {

constexpr std::size_t kMaxFile = 4U << 20U;

std::string located(const std::string& file, const toml::source_position& at) {
  return at ? fmt::format("{}:{}", file, at.line) : file;
}

// in_file_order sorts the keys of a table, which toml++ keeps by name, by where they stand.
std::vector<const toml::key*> in_file_order(const toml::table& table) {
  std::vector<const toml::key*> keys;
  for (const auto& [key, value] : table) keys.push_back(&key);
  std::ranges::sort(keys, [](const toml::key* a, const toml::key* b) {
    return std::pair(a->source().begin.line, a->source().begin.column) <
           std::pair(b->source().begin.line, b->source().begin.column);
  });
  return keys;
}

}  // namespace

Result<ConfigTable> ConfigTable::parse(std::string_view text, std::string file) {
  TRY(check_toml(text, file));
  toml::parse_result result = toml::parse(text, std::string_view(file));
  if (!result) {
    const toml::parse_error& error = result.error();
    const std::string why(error.description());
    return Failure(Error{Code::kMalformed,
                         located(file, error.source().begin) + ": " + message("this is not valid TOML: {}", why),
                         why});
  }
  auto document = std::make_shared<const toml::table>(std::move(result).table());
  const toml::table* root = document.get();
  return ConfigTable(std::make_shared<Node>(Node{std::move(document), root, std::move(file), {}, {}}));
}

Result<ConfigTable> ConfigTable::load(const std::string& path) {
  TRY(const Bytes text, read_file(path, kMaxFile));
  return parse(as_text(text), path);
}

bool ConfigTable::has(std::string_view key) const { return node_->table->contains(key); }

Result<std::optional<std::string>> ConfigTable::string(std::string_view key) {
  const toml::node* value = node_->find(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* text = value->as_string()) return text->get();
  return error(key, "\"{}\" must be a text in quotation marks", key);
}

Result<std::optional<std::int64_t>> ConfigTable::integer(std::string_view key) {
  const toml::node* value = node_->find(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* number = value->as_integer()) return number->get();
  return error(key, "\"{}\" must be a whole number", key);
}

Result<std::optional<bool>> ConfigTable::boolean(std::string_view key) {
  const toml::node* value = node_->find(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* truth = value->as_boolean()) return truth->get();
  return error(key, "\"{}\" must be true or false", key);
}

Result<std::optional<Period>> ConfigTable::period(std::string_view key) {
  TRY(const auto text, string(key));
  if (!text) return std::nullopt;
  if (const auto period = parse_period(*text)) return period;
  return error(key, "\"{}\" is \"{}\", which is not a period; write \"P398D\" for 398 days, \"P20Y\", \"PT4H\"", key,
               *text);
}

Result<std::vector<std::string>> ConfigTable::strings(std::string_view key) {
  std::vector<std::string> out;
  const toml::node* value = node_->find(key);
  if (value == nullptr) return out;
  const auto* list = value->as_array();
  if (list == nullptr) return error(key, "\"{}\" must be a list of texts in square brackets", key);
  for (const toml::node& element : *list) {
    const auto* text = element.as_string();
    if (text == nullptr) return error(key, "everything in the list \"{}\" must be a text in quotation marks", key);
    out.push_back(text->get());
  }
  return out;
}

Result<std::optional<ConfigTable>> ConfigTable::table(std::string_view key) {
  const toml::node* value = node_->find(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* inner = value->as_table()) return ConfigTable(node_->child(*inner));
  return error(key, "\"{}\" must be a table, that is a section [{}]", key, key);
}

Result<std::vector<ConfigTable>> ConfigTable::tables(std::string_view key) {
  std::vector<ConfigTable> out;
  const toml::node* value = node_->find(key);
  if (value == nullptr) return out;
  const auto* list = value->as_array();
  if (list == nullptr) return error(key, "\"{}\" must be a list of tables, that is sections [[{}]]", key, key);
  for (const toml::node& element : *list) {
    const auto* inner = element.as_table();
    if (inner == nullptr) return error(key, "\"{}\" must be a list of tables, that is sections [[{}]]", key, key);
    out.push_back(ConfigTable(node_->child(*inner)));
  }
  return out;
}

Result<std::string> ConfigTable::required_string(std::string_view key) {
  TRY(auto text, string(key));
  if (!text) return missing(key, "\"{}\" is missing", key);
  if (text->empty()) return error(key, "\"{}\" must not be empty", key);
  return *std::move(text);
}

std::optional<Failure> ConfigTable::misspelt(std::string_view key) const {
  if (has(key)) return std::nullopt;
  const std::vector<std::string> wanted{std::string(key)};
  for (const toml::key* there : in_file_order(*node_->table)) {
    if (node_->asked.contains(there->str()) || !nearest(there->str(), wanted)) continue;
    return error(there->str(), "\"{}\" is not known here; did you mean \"{}\"?", there->str(), key);
  }
  return std::nullopt;
}

std::vector<std::string> ConfigTable::keys() const {
  std::vector<std::string> names;
  for (const toml::key* key : in_file_order(*node_->table)) names.emplace_back(key->str());
  return names;
}

Result<> ConfigTable::finish() const {
  for (const toml::key* key : in_file_order(*node_->table)) {
    if (node_->asked.contains(key->str())) continue;
    std::vector<std::string> unused;
    for (const std::string& known : node_->asked) {
      if (!node_->table->contains(known)) unused.push_back(known);
    }
    if (const auto meant = nearest(key->str(), unused)) {
      return error(key->str(), "\"{}\" is not known here; did you mean \"{}\"?", key->str(), *meant);
    }
    if (node_->asked.empty()) return error(key->str(), "\"{}\" is not known here", key->str());
    const std::vector<std::string> known(node_->asked.begin(), node_->asked.end());
    return error(key->str(), "\"{}\" is not known here; known are: {}", key->str(), join(known, message(", ")));
  }
  for (const auto& child : node_->children) TRY(ConfigTable(child).finish());
  return {};
}

std::string ConfigTable::where(std::string_view key) const {
  for (const auto& [name, value] : *node_->table) {
    if (!key.empty() && name.str() == key) return located(node_->file, name.source().begin);
  }
  return located(node_->file, node_->table->source().begin);
}

}  // namespace yuxin::base
