// SPDX-License-Identifier: Apache-2.0
#include "support/digest.hpp"

#include "catch.hpp"
#include "support/file.hpp"
#include "temporary_folder.hpp"

namespace systole {

TEST_CASE("the digest is SHA-256's, as FIPS 180-2 shows it for three letters, and of nothing there is none") {
  const test::TemporaryFolder folder;
  const std::filesystem::path file = folder.file("abc");
  write_whole_file(file, "abc");
  CHECK(sha256_of_file(file) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  write_whole_file(file, std::string(3 << 20, 'a'));
  CHECK(sha256_of_file(file).size() == 64);
  std::filesystem::remove(file);
  CHECK(sha256_of_file(file).empty());
}

}  // namespace systole
