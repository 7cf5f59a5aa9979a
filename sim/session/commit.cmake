# SPDX-License-Identifier: Apache-2.0
#
# Writes OUTPUT, a header with the commit of the clone SOURCE. Run at each build; the file changes with the commit only.
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=12 --exclude=*
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed)
  set(commit "")
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT [[// SPDX-License-Identifier: Apache-2.0
// Made by sim/session/commit.cmake.
#pragma once

namespace systole::session {

inline constexpr const char* kCommit = "@commit@";

}  // namespace systole::session
]] @ONLY)
