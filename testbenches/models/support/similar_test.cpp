// SPDX-License-Identifier: Apache-2.0
#include "support/similar.hpp"

#include "catch.hpp"

namespace systole {

TEST_CASE("a word with a slip finds the word that was meant, a strange one finds none") {
  const std::vector<std::string> words = {"run", "export", "quantize", "conformance", "compare", "chips", "chip"};
  CHECK(did_you_mean("exprot", words) == ", did you mean \"export\"?");
  CHECK(did_you_mean("qantize", words) == ", did you mean \"quantize\"?");
  CHECK(did_you_mean("RUN", words) == ", did you mean \"run\"?");
  CHECK(did_you_mean("conform", words) == ", did you mean \"conformance\"?");
  CHECK(did_you_mean("chipp", words) == ", did you mean \"chips\"?");
  CHECK(did_you_mean("zebra", words).empty());
  CHECK(did_you_mean("", words).empty());
  CHECK(did_you_mean(std::string(1000000, 'x'), words).empty());
  CHECK(did_you_mean("run", {}).empty());
}

}  // namespace systole
