// SPDX-License-Identifier: Apache-2.0
//
// Bytes of a tensor from another file. That load_model uses it: model_loader_test.
#include "network/external_data.hpp"

#include <onnx/onnx_pb.h>

#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "network/file_beneath.hpp"
#include "sim/onnx/model_builder.hpp"
#include "support/error.hpp"

using namespace systole;
using namespace systole::test;
namespace fs = std::filesystem;

namespace {

onnx::TensorProto external(const std::vector<std::pair<std::string, std::string>>& entries, std::int64_t bytes = 1) {
  onnx::TensorProto proto;
  proto.add_dims(bytes);
  proto.set_data_type(onnx::TensorProto::UINT8);
  proto.set_data_location(onnx::TensorProto::EXTERNAL);
  for (const auto& [key, value] : entries) {
    auto& entry = *proto.add_external_data();
    entry.set_key(key);
    entry.set_value(value);
  }
  return proto;
}

}  // namespace

TEST_CASE("a tensor is external by its location or by its entries") {
  CHECK(is_external(external({})));
  onnx::TensorProto entries = external({{"location", "w.bin"}});
  entries.clear_data_location();
  CHECK(is_external(entries));
  CHECK_FALSE(is_external(onnx::TensorProto()));
}

TEST_CASE("offset and length choose the bytes, without them it is the whole file") {
  const TemporaryFolder folder;
  std::ofstream(folder.file("w.bin")) << "abcdef";
  const auto bytes = [&](std::int64_t count, std::vector<std::pair<std::string, std::string>> entries) {
    entries.emplace_back("location", "w.bin");
    return with_external_data(external(entries, count), folder.file("net.onnx"), "w").raw_data();
  };
  CHECK(bytes(6, {}) == "abcdef");
  CHECK(bytes(4, {{"offset", "2"}}) == "cdef");
  CHECK(bytes(3, {{"offset", "1"}, {"length", "3"}}) == "bcd");
  CHECK(bytes(0, {{"offset", "6"}}).empty());
  CHECK_THROWS_WITH(bytes(1, {{"offset", "7"}}), Contains("has 6 bytes"));
  CHECK_THROWS_WITH(bytes(3, {{"offset", "4"}, {"length", "3"}}), Contains("has 6 bytes"));
  CHECK_THROWS_WITH(bytes(2, {{"offset", "18446744073709551615"}, {"length", "2"}}), Contains("has 6 bytes"));
  CHECK_THROWS_WITH(bytes(3, {{"length", "3x"}}), Contains("'3x', no number"));
  CHECK_THROWS_WITH(bytes(3, {{"length", "18446744073709551616"}}), Contains("no number"));
}

TEST_CASE("bytes that type and shape do not need are not read, however many they are") {
  const TemporaryFolder folder;
  std::ofstream(folder.file("w.bin")) << "a";
  fs::resize_file(folder.file("w.bin"), std::uint64_t{1} << 40);  // a terabyte, which takes no place
  for (const std::vector<std::pair<std::string, std::string>>& entries :
       {std::vector<std::pair<std::string, std::string>>{{"location", "w.bin"}},
        {{"location", "w.bin"}, {"length", "2"}},
        {{"location", "w.bin"}, {"length", "1099511627776"}}})
    CHECK_THROWS_WITH(with_external_data(external(entries), folder.file("net.onnx"), "w"),
                      Contains("uint8 [1] needs 1"));
  const auto first =
      with_external_data(external({{"location", "w.bin"}, {"length", "1"}}), folder.file("net.onnx"), "w");
  CHECK(first.raw_data() == "a");
  CHECK_THROWS_WITH(with_external_data(external({{"location", "w.bin"}}, std::int64_t{1} << 40), folder.file("n"), "w"),
                    Contains("w is too large"));
}

TEST_CASE("of a missing file everything else is checked") {
  const TemporaryFolder folder;
  const fs::path net = folder.file("net.onnx");
  CHECK_THROWS_AS(with_external_data(external({{"location", "none.bin"}}), net, "w"), NoSuchFile);
  CHECK_THROWS_AS(with_external_data(external({{"location", "none.bin"}, {"length", "1"}}), net, "w"), NoSuchFile);
  CHECK_THROWS_WITH(with_external_data(external({{"location", "none.bin"}, {"length", "2"}}), net, "w"),
                    Contains("2 bytes of 'none.bin', uint8 [1] needs 1"));
  CHECK_THROWS_WITH(with_external_data(external({{"location", "none.bin"}, {"offset", "x"}}), net, "w"),
                    Contains("no number"));
}

TEST_CASE("the result is a tensor that holds its bytes") {
  const TemporaryFolder folder;
  std::ofstream(folder.file("w.bin")) << "a";
  CHECK_FALSE(is_external(with_external_data(external({{"location", "w.bin"}}), folder.file("net.onnx"), "w")));
}

TEST_CASE("a file outside of the network's folder is never opened") {
  const TemporaryFolder folder;
  fs::create_directories(folder.file("net"));
  std::ofstream(folder.file("secret.bin")) << "s";
  fs::create_symlink(folder.file("secret.bin"), folder.file("net/link.bin"));
  for (const std::string& location : {std::string("../secret.bin"), folder.file("secret.bin").string(),
                                      std::string("link.bin"), std::string("x/../../secret.bin")}) {
    INFO(location);
    CHECK_THROWS_WITH(with_external_data(external({{"location", location}}), folder.file("net/net.onnx"), "w"),
                      Contains("outside of the network's folder"));
  }
}
