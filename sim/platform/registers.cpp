// SPDX-License-Identifier: Apache-2.0
#include "platform/registers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace systole::platform {

namespace {

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

const char* access_name(Access access) {
  switch (access) {
    case Access::kRead:
      return "read";
    case Access::kWrite:
      return "write";
    case Access::kReadWrite:
      return "read, write";
    case Access::kReadWriteOneToClear:
      return "read, write 1 to clear";
  }
  return "";
}

}  // namespace

const char* error_name(std::uint32_t code) {
  switch (code) {
    case 0:
      return "no error";
    case 1:
      return "illegal instruction";
    case 2:
      return "read bus error";
    case 3:
      return "write bus error";
    case 4:
      return "semaphore overflow";
    case 5:
      return "bank conflict of source and residual";
    default:
      return "unknown error";
  }
}

std::string c_register_header() {
  std::string text =
      "/* SPDX-License-Identifier: Apache-2.0\n"
      " *\n"
      " * Registers of a Systole chip: byte addresses on its AXI4-Lite port. Made by `systole "
      "export`.\n"
      " */\n"
      "#ifndef SYSTOLE_REGISTERS_H\n"
      "#define SYSTOLE_REGISTERS_H\n\n";
  const auto define = [&text](const std::string& name, const std::string& value, const std::string& comment) {
    text += fmt::format("#define SYSTOLE_{:<34} {}", upper(name), value);
    text += comment.empty() ? "\n" : fmt::format("  /* {} */\n", comment);
  };
  for (const Register& r : kRegisters) {
    if (r.address == reg::kBase.address) {
      text +=
          "#define SYSTOLE_BASE(k) (0x030u + 8u * (k))  /* read, write; low word, high word; k = 0 "
          "tensors, "
          "1 weights, 2 parameters, 3 scratch */\n";
      continue;
    }
    define(r.name, fmt::format("0x{:03X}u", r.address),
           std::string(access_name(r.access)) + (r.words == 2 ? "; low word, high word" : ""));
  }
  text += "\n";
  define("id_value", fmt::format("0x{:08X}u", kIdValue), "");
  define("control_doorbell", fmt::format("{}u", kDoorbell), "");
  define("status_busy", fmt::format("{}u", kStatusBusy), "");
  define("status_done", fmt::format("{}u", kStatusDone), "");
  define("status_error", fmt::format("{}u", kStatusError), "");
  define("irq_done", fmt::format("{}u", kIrqDone), "");
  define("irq_error", fmt::format("{}u", kIrqError), "");
  text += "\n";
  for (std::uint32_t code = 1; code <= 5; ++code) {
    std::string name = std::string("error_") + error_name(code);
    std::replace(name.begin(), name.end(), ' ', '_');
    define(name, fmt::format("{}u", code), "");
  }
  text += "\n/* Performance counters, 64 bits: low word, high word. */\n";
  for (std::size_t k = 0; k < kCounters; ++k)
    define(std::string("counter_") + kCounterNames[k], fmt::format("0x{:03X}u", counter_address(k)), "");
  return text + "\n#endif\n";
}

}  // namespace systole::platform
