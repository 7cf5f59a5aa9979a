// SPDX-License-Identifier: Apache-2.0
//
// The names of the host's operators.
#include <algorithm>

#include "catch.hpp"
#include "host/call.hpp"

using namespace systole;

TEST_CASE("every operator of the list is found, sorted, with a function and types") {
  const std::vector<std::string> names = host_operator_names();
  CHECK(std::is_sorted(names.begin(), names.end()));
  for (const std::string& name : names) {
    INFO(name);
    const HostEntry* entry = find_host_operator(name);
    REQUIRE(entry != nullptr);
    CHECK(entry->function != nullptr);
    CHECK_FALSE(entry->types.empty());
  }
  CHECK(find_host_operator("NoSuchOperator") == nullptr);
  CHECK(host_operator_list().rfind("Abs, Acos, ", 0) == 0);
}
