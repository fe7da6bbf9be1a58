#include "front_page.hpp"

#include "yuxin/base/translation.hpp"

namespace yuxin::cli {

using base::Language;

namespace {

std::string escaped(std::string_view text) {
  std::string html;
  for (const char c : text) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

std::string link(const std::string& address, std::string_view text) {
  return "<a href=\"" + escaped(address) + "\">" + escaped(text) + "</a>";
}

// Page writes the items of the list in one language.
class Page {
 public:
  explicit Page(Language language) : language_(language) {}
  void item(const char* msgid, const std::string& what) {
    items_ += "<li>" + escaped(base::translated(msgid, language_)) + " " + what + "</li>\n";
  }
  [[nodiscard]] std::string_view text(const char* msgid) const { return base::translated(msgid, language_); }
  [[nodiscard]] std::string finish(const std::string& organisation) const {
    const std::string name = escaped(organisation);
    const std::string_view tag = language_ == Language::kChinese ? "zh-CN" : "en";
    return "<!DOCTYPE html>\n<html lang=\"" + std::string(tag) + "\">\n<head><meta charset=\"utf-8\"><title>" + name +
           "</title></head>\n<body>\n<h1>" + name + "</h1>\n<p>" +
           escaped(text(base::translatable("Status of certificates, for programs. What is served here:"))) +
           "</p>\n<ul>\n" + items_ + "</ul>\n<p>" +
           escaped(text(base::translatable("Before you trust a root certificate, compare its fingerprint with what "
                                           "its owner tells you in person or "
                                           "in print: this page could be anybody's."))) +
           "</p>\n</body>\n</html>\n";
  }

 private:
  Language language_;
  std::string items_;
};

}  // namespace

base::HttpReply FrontPage::answer(const base::HttpRequest& request) {
  const auto language = base::preferred_language(request.accept_language, base::language());
  Page page(language);
  if (parts_.contains("ocsp"))
    page.item(base::translatable("status of one certificate (OCSP, RFC 6960):"), "POST /ocsp");
  if (parts_.contains("tsa")) page.item(base::translatable("time stamps (RFC 3161):"), "POST /tsa");
  const auto authorities = home_.store().status().authorities();
  if (!authorities)
    return base::problem(503, base::tr("Unavailable"),
                         base::tr("The database cannot be read now; ask again in a moment."));
  for (const auto& row : *authorities) {
    if (!parts_.contains("crl") || row.certificate.empty()) continue;
    page.item(base::translatable("authority"),
              escaped(row.name) + ": " +
                  link("ca/" + row.name + ".cer", page.text(base::translatable("certificate"))) + ", " +
                  link("crl/" + row.name + ".crl", page.text(base::translatable("revocation list"))));
  }
  page.item(base::translatable("newest signed head of the ledger:"), link("checkpoint", "/checkpoint"));
  base::HttpReply reply;
  reply.content_type = "text/html; charset=utf-8";
  reply.fields = {{"Content-Language", language == Language::kChinese ? "zh-CN" : "en"},
                  {"Vary", "Accept-Language"},
                  {"Cache-Control", "max-age=300, public"},
                  {"Content-Security-Policy", "default-src 'none'"},
                  {"X-Content-Type-Options", "nosniff"}};
  reply.body = base::to_bytes(base::as_bytes(page.finish(home_.config().organisation)));
  return reply;
}

}  // namespace yuxin::cli
