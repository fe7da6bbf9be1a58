#include "transfer_view.hpp"

#include "digest_lines.hpp"
#include "yuxin/base/text.hpp"

namespace yuxin::cli {

using base::message;
using keymgmt::TransferKind;

std::string kind_text(TransferKind kind) {
  switch (kind) {
    case TransferKind::kCertificate:
      return message("certificate");
    case TransferKind::kCrl:
      return message("revocation list");
    case TransferKind::kRequest:
      return message("request");
    case TransferKind::kCheckpoint:
      return message("ledger's checkpoint");
    case TransferKind::kRecord:
      return message("record of a ceremony");
    case TransferKind::kFile:
      break;
  }
  return message("file");
}

x509::Digest256 sender_digest(const keymgmt::Transfer& transfer) { return x509::sha256(transfer.sender.spki()); }

void show_transfer(const Context& context, const keymgmt::Transfer& transfer, const std::string& sender) {
  const auto& header = transfer.header;
  context.out(labelled(message("bundle"), std::to_string(header.sequence)));
  context.out(labelled(message("from"), sender.empty() ? message("{} (not known here)", header.from)
                                                       : message("{} ({})", sender, header.from)));
  context.out(labelled(message("to"), header.to));
  context.out(labelled(message("made"), base::local_time(header.made)));
  for (const auto& line : digest_lines(message("digest"), transfer.digest)) context.out(line);
  if (sender.empty())
    for (const auto& line : digest_lines(message("sender's key"), sender_digest(transfer))) context.out(line);
  if (transfer.items.empty()) return;
  context.out("");
  Table table({{message("name")},
               {message("kind")},
               {message("octets"), Table::Align::kRight},
               {message("SHA-256"), Table::Align::kLeft, 64}});
  for (const auto& item : transfer.items)
    table.add({item.name, kind_text(item.kind), std::to_string(item.octets.size()),
               base::hex(x509::sha256(item.octets)).substr(0, 16) + "…"});
  table.print(context);
}

base::JsonObject transfer_json(const keymgmt::Transfer& transfer, const std::string& sender) {
  base::JsonArray items;
  for (const auto& item : transfer.items)
    items.push_back(base::JsonObject{{"name", item.name},
                                     {"kind", keymgmt::transfer_kind_name(item.kind)},
                                     {"size", item.octets.size()},
                                     {"sha256", base::hex(x509::sha256(item.octets))}});
  const auto& header = transfer.header;
  base::JsonObject object{{"sequence", header.sequence},
                          {"from", header.from},
                          {"to", header.to},
                          {"made", base::rfc3339(header.made)},
                          {"digest", base::hex(transfer.digest)},
                          {"words", base::join(base::digest_words(transfer.digest), " ")},
                          {"sender_key", base::hex(sender_digest(transfer))},
                          {"items", std::move(items)}};
  if (header.previous) object["previous"] = base::hex(*header.previous);
  if (!sender.empty()) object["sender"] = sender;
  return object;
}

}  // namespace yuxin::cli
