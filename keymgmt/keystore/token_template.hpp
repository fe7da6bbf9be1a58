// Attributes that a PKCS #11 call is given.
#pragma once

#include <p11-kit/pkcs11.h>

#include <cstddef>
#include <vector>

#include "yuxin/base/bytes.hpp"

namespace yuxin::keymgmt {

inline constexpr CK_BBOOL kYes = CK_TRUE;
inline constexpr CK_BBOOL kNo = CK_FALSE;

// Template is a list of attributes with the values that they point to, which must outlive it.
class Template {
 public:
  explicit Template(CK_OBJECT_CLASS kind) : class_(kind) { add(CKA_CLASS, &class_, sizeof class_); }
  Template(const Template&) = delete;
  Template& operator=(const Template&) = delete;
  ~Template() = default;

  void flag(CK_ATTRIBUTE_TYPE type, const CK_BBOOL& value) { add(type, &value, sizeof value); }
  void add(CK_ATTRIBUTE_TYPE type, base::ByteView value) { add(type, value.data(), value.size()); }
  void add(CK_ATTRIBUTE_TYPE type, const void* value, std::size_t size) {
    attributes_.push_back({type, const_cast<void*>(value), size});  // modules read it only
  }
  // leave_out takes the attribute of a type from the list; false: it has none.
  bool leave_out(CK_ATTRIBUTE_TYPE type) {
    return std::erase_if(attributes_, [type](const CK_ATTRIBUTE& one) { return one.type == type; }) > 0;
  }
  [[nodiscard]] CK_ATTRIBUTE* data() { return attributes_.data(); }
  [[nodiscard]] CK_ULONG size() const { return attributes_.size(); }

 private:
  CK_OBJECT_CLASS class_;
  std::vector<CK_ATTRIBUTE> attributes_;
};

}  // namespace yuxin::keymgmt
