// Pages: cairo draws, pango breaks lines and finds fonts, libqrencode makes the code.
#include <cairo-pdf.h>
#include <fmt/format.h>
#include <pango/pangocairo.h>
#include <qrencode.h>

#include <memory>

#include "yuxin/base/language.hpp"
#include "yuxin/keymgmt/ceremony_report.hpp"

namespace yuxin::keymgmt {

using base::Bytes;
using base::Code;
using base::fail;
using base::Result;
using Style = PrintedLine::Style;

namespace {

// Points of 1/72 inch.
constexpr double kWidth = 595.28;
constexpr double kHeight = 841.89;
constexpr double kMargin = 56;
constexpr double kFoot = 40;
constexpr double kCodeSize = 110;
constexpr double kGap = 4;
constexpr double kFrame = 6;
constexpr double kSignature = 34;  // room for a hand
constexpr int kQuietZone = 4;      // modules, ISO/IEC 18004 section 5.3.8

struct FreeSurface {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
struct FreeDrawing {
  void operator()(cairo_t* drawing) const { cairo_destroy(drawing); }
};
struct FreeLayout {
  void operator()(PangoLayout* layout) const { g_object_unref(layout); }
};
struct FreeCode {
  void operator()(QRcode* code) const { QRcode_free(code); }
};
using Layout = std::unique_ptr<PangoLayout, FreeLayout>;

cairo_status_t collect(void* to, const unsigned char* data, unsigned length) {
  auto& octets = *static_cast<Bytes*>(to);
  octets.insert(octets.end(), data, data + length);
  return CAIRO_STATUS_SUCCESS;
}

const char* font_of(Style style) {
  switch (style) {
    case Style::kHeading:
      return "Noto Sans CJK SC, Noto Sans, DejaVu Sans, sans-serif bold 12";
    case Style::kDigits:
      return "Noto Sans Mono CJK SC, DejaVu Sans Mono, monospace 8.5";
    case Style::kWarning:
      return "Noto Sans CJK SC, Noto Sans, DejaVu Sans, sans-serif bold 10";
    case Style::kText:
    case Style::kToSign:
      break;
  }
  return "Noto Sans CJK SC, Noto Sans, DejaVu Sans, sans-serif 9.5";
}

class Printer {
 public:
  explicit Printer(const PrintedRecord& record)
      : record_(record),
        surface_(cairo_pdf_surface_create_for_stream(collect, &octets_, kWidth, kHeight)),
        drawing_(cairo_create(surface_.get())) {
    cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_TITLE, record.title.c_str());
    const auto date = base::rfc3339(record.date);
    cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_CREATE_DATE, date.c_str());
    cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_MOD_DATE, date.c_str());
  }

  Result<Bytes> print() {
    begin_page();
    if (!record_.code.empty()) TRY(draw_code());
    draw_title();
    for (const auto& line : record_.lines) draw(line);
    end_page();
    drawing_.reset();
    cairo_surface_finish(surface_.get());
    if (cairo_surface_status(surface_.get()) != CAIRO_STATUS_SUCCESS) {
      return base::fail_with(Code::kUnavailable, cairo_status_to_string(cairo_surface_status(surface_.get())),
                             "The pages could not be made.");
    }
    surface_.reset();
    return std::move(octets_);
  }

 private:
  [[nodiscard]] Layout layout_of(const std::string& text, const char* font, double width) const {
    Layout layout(pango_cairo_create_layout(drawing_.get()));
    auto* description = pango_font_description_from_string(font);
    pango_layout_set_font_description(layout.get(), description);
    pango_font_description_free(description);
    pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
    pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
    pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
    return layout;
  }

  static double height_of(PangoLayout* layout) {
    int height = 0;
    pango_layout_get_size(layout, nullptr, &height);
    return static_cast<double>(height) / PANGO_SCALE;
  }

  void show(PangoLayout* layout, double x, double y) const {
    cairo_move_to(drawing_.get(), x, y);
    pango_cairo_show_layout(drawing_.get(), layout);
  }

  void begin_page() {
    ++page_;
    at_ = kMargin;
    if (record_.notice.empty()) return;
    const auto layout = layout_of(record_.notice, font_of(Style::kWarning), kWidth - 2 * kMargin);
    show(layout.get(), kMargin, kMargin / 2);
  }

  void end_page() {
    const auto text = record_.footer + " · " + base::message("page {}", page_);
    const auto layout = layout_of(text, "Noto Sans Mono CJK SC, DejaVu Sans Mono, monospace 7", kWidth - 2 * kMargin);
    show(layout.get(), kMargin, kHeight - kFoot);
    cairo_show_page(drawing_.get());
  }

  void make_room(double height) {
    if (at_ + height <= kHeight - kMargin) return;
    end_page();
    begin_page();
  }

  [[nodiscard]] double width_here() const {
    const bool beside_code = page_ == 1 && !record_.code.empty() && at_ < kMargin + kCodeSize;
    return kWidth - 2 * kMargin - (beside_code ? kCodeSize + kGap : 0);
  }

  void draw_title() {
    const auto layout =
        layout_of(record_.title, "Noto Sans CJK SC, Noto Sans, DejaVu Sans, sans-serif bold 17", width_here());
    show(layout.get(), kMargin, at_);
    at_ += height_of(layout.get()) + 3 * kGap;
  }

  void draw(const PrintedLine& line) {
    if (line.style == Style::kHeading) at_ += 2 * kGap;
    const double inset = line.style == Style::kWarning ? kFrame : 0;
    auto layout = layout_of(line.text, font_of(line.style), width_here() - 2 * inset);
    double height = height_of(layout.get()) + 2 * inset;
    if (line.style == Style::kToSign) height += kSignature;
    make_room(line.style == Style::kHeading ? height + 40 : height);
    layout = layout_of(line.text, font_of(line.style), width_here() - 2 * inset);
    if (line.style == Style::kWarning) {
      cairo_rectangle(drawing_.get(), kMargin, at_, width_here(), height);
      cairo_set_line_width(drawing_.get(), 1);
      cairo_stroke(drawing_.get());
    }
    show(layout.get(), kMargin + inset, at_ + inset);
    at_ += height;
    if (line.style == Style::kToSign) {
      cairo_move_to(drawing_.get(), kMargin, at_);
      cairo_line_to(drawing_.get(), kMargin + 220, at_);
      cairo_set_line_width(drawing_.get(), 0.5);
      cairo_stroke(drawing_.get());
    }
    at_ += kGap;
  }

  Result<> draw_code() {
    const std::unique_ptr<QRcode, FreeCode> code(
        QRcode_encodeData(static_cast<int>(record_.code.size()),
                          reinterpret_cast<const unsigned char*>(record_.code.data()), 0, QR_ECLEVEL_Q));
    if (!code) return fail(Code::kRefused, "{} octets are more than a QR code holds.", record_.code.size());
    const double module = kCodeSize / (code->width + 2 * kQuietZone);
    const double left = kWidth - kMargin - kCodeSize;
    for (int y = 0; y < code->width; ++y) {
      for (int x = 0; x < code->width; ++x) {
        if ((code->data[y * code->width + x] & 1U) == 0) continue;
        cairo_rectangle(drawing_.get(), left + (x + kQuietZone) * module, kMargin + (y + kQuietZone) * module, module,
                        module);
      }
    }
    cairo_fill(drawing_.get());
    return {};
  }

  const PrintedRecord& record_;
  Bytes octets_;
  std::unique_ptr<cairo_surface_t, FreeSurface> surface_;
  std::unique_ptr<cairo_t, FreeDrawing> drawing_;
  int page_ = 0;
  double at_ = kMargin;
};

}  // namespace

Result<Bytes> print_pages(const PrintedRecord& record) { return Printer(record).print(); }

}  // namespace yuxin::keymgmt
