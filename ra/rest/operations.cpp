#include "operations.hpp"

#include <algorithm>
#include <charconv>

#include "yuxin/base/text.hpp"

namespace yuxin::ra::rest {

using base::Code;
using base::fail;
using base::Result;
using In = Parameter::In;
using Kind = Parameter::Kind;

namespace {

// match fills in the parameters of a path.
bool match(std::string_view pattern, const Target& target, std::map<std::string, std::string, std::less<>>& values) {
  const auto parts = base::split(pattern.substr(1), '/');
  if (parts.size() != target.path.size()) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].starts_with('{')) {
      if (target.path[i].empty()) return false;
      values[std::string(parts[i].substr(1, parts[i].size() - 2))] = target.path[i];
    } else if (parts[i] != target.path[i]) {
      return false;
    }
  }
  return true;
}

bool is_number(std::string_view text, std::int64_t most) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number >= 1 && (most == 0 || number <= most);
}

}  // namespace

std::string Call::text(std::string_view name) const {
  const auto found = query.find(name);
  return found == query.end() ? std::string() : found->second;
}

std::int64_t Call::number(std::string_view name, std::int64_t otherwise) const {
  const auto found = query.find(name);
  if (found == query.end()) return otherwise;
  std::int64_t value = otherwise;
  std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
  return value;
}

Found find_operation(std::string_view method, const Target& target) {
  Found found;
  for (const auto& operation : operations()) {
    std::map<std::string, std::string, std::less<>> values;
    if (!match(operation.path, target, values)) continue;
    found.allowed.emplace_back(operation.method);
    if (operation.method != method) continue;
    found.operation = &operation;
    found.path = std::move(values);
  }
  return found;
}

Result<> check_query(const Operation& operation, const Target& target) {
  for (const auto& [name, value] : target.query) {
    const auto parameter = std::ranges::find_if(operation.parameters, [&](const Parameter& candidate) {
      return candidate.in == In::kQuery && candidate.name == name;
    });
    if (parameter == operation.parameters.end())
      return fail(Code::kUsage, "\"{}\" is no parameter of {}.", name, operation.path);
    switch (parameter->kind) {
      case Kind::kText:
        if (value.empty()) return fail(Code::kUsage, "\"{}\" is empty; leave it out.", name);
        break;
      case Kind::kNumber:
        if (!is_number(value, parameter->most))
          return fail(Code::kUsage, "\"{}\" takes a number from 1 to {}.", name, parameter->most);
        break;
      case Kind::kCursor:
        if (!is_number(value, 0))
          return fail(Code::kUsage, "\"{}\" takes what the page before named in \"next\".", name);
        break;
      case Kind::kWord:
        if (std::ranges::find(parameter->words, value) == parameter->words.end())
          return fail(Code::kUsage, "\"{}\" of \"{}\" is not known; see /v1/openapi.json.", value, name);
        break;
    }
  }
  return {};
}

}  // namespace yuxin::ra::rest
