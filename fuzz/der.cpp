// Walks any octets as DER with every reader, and checks that what was read writes back the same.
#include "yuxin/x509/der.hpp"

#include <cstdlib>

#include "yuxin/x509/oid.hpp"
#include "yuxin/x509/serial.hpp"

namespace der = yuxin::x509::der;
using yuxin::base::ByteView;

namespace {

void walk(ByteView input, int depth) {
  der::Reader reader(input);
  while (const auto element = reader.element()) {
    der::Writer writer;
    writer.element(element->tag, element->content);
    if (!yuxin::base::equal(writer.view(), element->whole)) std::abort();
    if (const auto oid = der::Reader(element->whole).oid()) {
      const auto again = yuxin::x509::oid_from_dotted(yuxin::x509::dotted(*oid));
      if (!again || !yuxin::base::equal(*again, *oid)) std::abort();
    }
    if (const auto number = der::parse_small_integer(element->content)) {
      writer.clear();
      writer.integer(*number);
      if (!yuxin::base::equal(writer.view().subspan(2), element->content)) std::abort();
    }
    if (const auto time = der::parse_time(*element)) {
      writer.clear();
      writer.generalized_time(*time);
      if (der::Reader(writer.view()).time() != time) std::abort();
    }
    (void)yuxin::x509::Serial::from_der_content(element->content);
    (void)der::Reader(element->whole).boolean();
    (void)der::Reader(element->whole).bit_string();
    if (depth > 0) walk(element->content, depth - 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  walk({data, size}, 8);
  (void)der::is_der_tree({data, size});
  (void)yuxin::x509::oid_from_dotted(yuxin::base::as_text({data, size}));
  (void)yuxin::x509::Serial::parse(yuxin::base::as_text({data, size}));
  return 0;
}
