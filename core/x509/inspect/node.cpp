#include "inspect/node.hpp"

#include <algorithm>

#include "yuxin/base/text.hpp"

namespace yuxin::x509::inspect_detail {

namespace {

constexpr std::size_t kOctetsPerLine = 32;
constexpr std::size_t kWidestColumn = 36;  // of labels that share a column

std::string pad(const std::string& label, std::size_t width) {
  const std::size_t columns = base::columns(label);
  return label + std::string(columns < width ? width - columns : 0, ' ');
}

// The column in which the values of a group stand: behind the longest label that is not very long.
std::size_t value_column(const std::vector<Node>& nodes) {
  std::size_t widest = 0;
  for (const auto& node : nodes) {
    const std::size_t columns = base::columns(node.label);
    if (!node.lines.empty() && columns <= kWidestColumn) widest = std::max(widest, columns);
  }
  return widest;
}

void print(std::string& out, const Node& node, std::size_t indent, std::size_t column);

void print_all(std::string& out, const std::vector<Node>& nodes, std::size_t indent) {
  const std::size_t column = value_column(nodes);
  for (const auto& node : nodes) print(out, node, indent, column);
}

void print(std::string& out, const Node& node, std::size_t indent, std::size_t column) {
  if (node.label.empty() && node.children.empty()) return;
  const std::string margin(indent, ' ');
  if (node.lines.empty()) {
    if (!node.label.empty()) out += margin + node.label + "\n";
    print_all(out, node.children, indent + 2);
    return;
  }
  const bool own_line = base::columns(node.label) > column;
  if (own_line) out += margin + node.label + "\n";
  std::string label = own_line ? std::string() : node.label;
  for (const auto& line : node.lines) {
    out += margin + pad(label, column) + "  " + line + "\n";
    label.clear();
  }
  print_all(out, node.children, indent + 2);
}

}  // namespace

base::Json json_text(std::string_view text) { return base::Json(boost::json::string(text.data(), text.size())); }

Node leaf(std::string key, std::string_view label, std::string_view value) {
  std::string shown = visible(value);
  base::Json json = json_text(base::is_utf8(value) ? value : shown);
  return {std::move(key), std::string(label), {std::move(shown)}, std::move(json), {}};
}

Node quiet(std::string key, base::Json value) { return {std::move(key), {}, {}, std::move(value), {}}; }

Node quiet(std::string key, std::string_view value) { return quiet(std::move(key), json_text(value)); }

Node list(std::string key, std::string_view label, const std::vector<std::string>& items) {
  base::JsonArray json;
  std::vector<std::string> lines;
  for (const auto& item : items) {
    lines.push_back(visible(item));
    json.push_back(json_text(base::is_utf8(item) ? item : lines.back()));
  }
  return {std::move(key), std::string(label), std::move(lines), std::move(json), {}};
}

Node time(std::string key, std::string_view label, base::UnixTime time) {
  return {std::move(key), std::string(label), {base::local_time(time)}, json_text(base::rfc3339(time)), {}};
}

Node octets(std::string key, std::string_view label, base::ByteView value) {
  return {std::move(key), std::string(label), hex_lines(value), json_text(base::hex(value)), {}};
}

Node group(std::string key, std::string_view label, std::vector<Node> children) {
  return {std::move(key), std::string(label), {}, {}, std::move(children)};
}

Node array(std::string key, std::string_view label, std::vector<Node> children) {
  base::JsonArray json;
  for (const auto& child : children) json.push_back(to_json(child));
  // What stands in the array is no member of anything.
  for (auto& child : children) child.key.clear();
  return {std::move(key), std::string(label), {}, std::move(json), std::move(children)};
}

std::string visible(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t size = 1;  // of this character
    while (at + size < text.size() && (static_cast<unsigned char>(text[at + size]) & 0xc0U) == 0x80U) ++size;
    const std::string_view character = text.substr(at, size);
    if (base::is_utf8(character) && !base::has_control_character(character)) {
      out += character;
    } else {
      for (const char octet : character) out += "\\" + base::hex_upper(base::as_bytes({&octet, 1}));
    }
    at += size;
  }
  return out;
}

std::vector<std::string> hex_lines(base::ByteView value) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < value.size(); at += kOctetsPerLine) {
    lines.push_back(base::hex(value.subspan(at, std::min(kOctetsPerLine, value.size() - at))));
  }
  if (lines.empty()) lines.emplace_back("-");
  return lines;
}

base::Json to_json(const Node& node) {
  const bool members = std::ranges::any_of(node.children, [](const Node& child) { return !child.key.empty(); });
  if (!members) return node.json;
  base::JsonObject object;
  for (const auto& child : node.children) {
    if (!child.key.empty()) object[child.key] = to_json(child);
  }
  return object;
}

std::string to_text(const Node& node) {
  std::string out = node.label + "\n";
  print_all(out, node.children, 2);
  return out;
}

}  // namespace yuxin::x509::inspect_detail
