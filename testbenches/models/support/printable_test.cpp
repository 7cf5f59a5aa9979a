// SPDX-License-Identifier: Apache-2.0
#include "support/printable.hpp"

#include "catch.hpp"

namespace systole {

TEST_CASE("a text of any language stays as it is") {
  for (const char* text : {"conv1/out:0", "", "Schicht_\xc3\xa4", "\xe5\xb1\x82", "\xf0\x9f\x98\x80", "a\\x1b"})
    CHECK(printable(text) == text);
}

TEST_CASE("what moves a cursor or turns a direction is shown as its bytes") {
  CHECK(printable("a\x1b[31mb\r\n\t\x7f") == "a\\x1b[31mb\\x0d\\x0a\\x09\\x7f");
  CHECK(printable("\xc2\x9b") == "\\xc2\\x9b");           // CSI as one character
  CHECK(printable("\xe2\x80\xae") == "\\xe2\\x80\\xae");  // right-to-left override
  CHECK(printable("\xe2\x81\xa6") == "\\xe2\\x81\\xa6");  // isolate
  CHECK(printable(std::string_view("a\0b", 3)) == "a\\x00b");
  CHECK(printable("a\nb\x1b", LineEnds::kKept) == "a\nb\\x1b");
}

TEST_CASE("bytes that are no UTF-8 are shown, and none of a cut character is lost") {
  for (const auto& [text, shown] : {std::pair<const char*, const char*>{"\xff", "\\xff"},
                                    {"\xc3", "\\xc3"},
                                    {"\xc0\xaf", "\\xc0\\xaf"},
                                    {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
                                    {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
                                    {"\xe2\x82", "\\xe2\\x82"},
                                    {"\xe2(\xa1", "\\xe2(\\xa1"},
                                    {"a\x80z", "a\\x80z"}})
    CHECK(printable(text) == shown);
}

}  // namespace systole
