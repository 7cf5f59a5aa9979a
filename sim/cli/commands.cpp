// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.hpp"

#include <new>
#include <ostream>

#include "cli/command_line.hpp"
#include "support/error.hpp"
#include "support/interruption.hpp"
#include "support/printable.hpp"

namespace systole::cli {

int run(const std::vector<std::string>& arguments, const Streams& streams) {
  try {
    const std::variant<Command, int> parsed = parse_command_line(arguments, streams);
    if (const int* code = std::get_if<int>(&parsed)) return *code;
    return std::visit([&](const auto& command) { return execute(command, streams); }, std::get<Command>(parsed));
  } catch (const Interrupted& stop) {
    streams.error << "systole: " << stop.what() << "\n";
    return stop.exit_code();
  } catch (const UserError& error) {
    streams.error << "systole: " << printable(error.what(), LineEnds::kKept) << "\n";
    return 2;
  } catch (const DesignError& error) {
    streams.error << "systole: " << printable(error.what(), LineEnds::kKept) << "\n";
    return 1;
  } catch (const std::bad_alloc&) {
    streams.error << "systole: out of memory\n";
    return 2;
  } catch (const std::exception& error) {
    streams.error << "systole: internal error: " << printable(error.what()) << "\n";
    return 3;
  }
}

}  // namespace systole::cli
