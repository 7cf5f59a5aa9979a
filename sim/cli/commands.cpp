// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.hpp"

#include <new>
#include <string>

#include "cli/command_line.hpp"
#include "cli/output/complain.hpp"
#include "support/error.hpp"
#include "support/work/interruption.hpp"

namespace systole::cli {

int run(const std::vector<std::string>& arguments, const Streams& streams) {
  try {
    const std::variant<Command, int> parsed = parse_command_line(arguments, streams);
    if (const int* code = std::get_if<int>(&parsed)) return *code;
    return std::visit([&](const auto& command) { return execute(command, streams); }, std::get<Command>(parsed));
  } catch (const Interrupted& stop) {
    complain(streams, stop.what());
    return stop.exit_code();
  } catch (const UserError& error) {
    complain(streams, error.what());
    return 2;
  } catch (const DesignError& error) {
    complain(streams, error.what());
    return 1;
  } catch (const std::bad_alloc&) {
    complain(streams, "out of memory");
    return 2;
  } catch (const std::exception& error) {
    complain(streams, std::string("internal error: ") + error.what());
    return 3;
  }
}

}  // namespace systole::cli
