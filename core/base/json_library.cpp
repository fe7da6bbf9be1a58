// The one translation unit that holds Boost.JSON, which Debian builds as a library only for C++11.
#include <boost/json/src.hpp>
