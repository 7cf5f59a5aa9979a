// SPDX-License-Identifier: Apache-2.0
#include "cli/output/complain.hpp"

#include <ostream>

#include "support/printable.hpp"

namespace systole::cli {

void complain(const Streams& streams, std::string_view text) {
  streams.error << "systole: " << printable(text, LineEnds::kKept) << "\n";
}

}  // namespace systole::cli
