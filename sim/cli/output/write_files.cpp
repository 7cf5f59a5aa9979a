// SPDX-License-Identifier: Apache-2.0
#include "cli/output/write_files.hpp"

#include <ostream>

#include "cli/output/complain.hpp"
#include "support/error.hpp"

namespace systole::cli {

bool write_files(const std::vector<std::function<void()>>& writers, const Streams& streams) {
  streams.out << std::flush;
  bool all_written = true;
  for (const std::function<void()>& write : writers) try {
      write();
    } catch (const UserError& error) {
      complain(streams, error.what());
      all_written = false;
    }
  return all_written;
}

}  // namespace systole::cli
