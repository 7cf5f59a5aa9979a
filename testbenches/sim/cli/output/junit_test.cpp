// SPDX-License-Identifier: Apache-2.0
//
// Does the XML count and name what happened, as build servers read it?
#include "cli/output/junit.hpp"

#include <boost/property_tree/xml_parser.hpp>
#include <sstream>

#include "catch.hpp"

using namespace systole::cli;

namespace {

boost::property_tree::ptree parsed(const JunitSuite& suite, JunitSkips skips) {
  std::istringstream in(to_junit(suite, skips));
  boost::property_tree::ptree tree;
  boost::property_tree::read_xml(in, tree);
  return tree.get_child("testsuite");
}

JunitSuite three_cases() {
  JunitSuite suite;
  suite.name = "suite";
  suite.seconds = 1.5;
  suite.cases.resize(3);
  suite.cases[0].name = "good";
  suite.cases[0].seconds = 0.25;
  suite.cases[1].name = "bad";
  suite.cases[1].failure = "1 < 2 & \"so\"";
  suite.cases[2].classname = "class";
  suite.cases[2].name = "absent";
  suite.cases[2].skipped = "not here";
  return suite;
}

}  // namespace

TEST_CASE("the suite counts its cases, failures and, where they are possible, skips") {
  const auto suite = parsed(three_cases(), JunitSkips::kPossible);
  CHECK(suite.get<std::string>("<xmlattr>.name") == "suite");
  CHECK(suite.get<int>("<xmlattr>.tests") == 3);
  CHECK(suite.get<int>("<xmlattr>.failures") == 1);
  CHECK(suite.get<int>("<xmlattr>.skipped") == 1);
  CHECK(suite.get<std::string>("<xmlattr>.time") == "1.500");
  CHECK(!parsed(three_cases(), JunitSkips::kNever).get_optional<int>("<xmlattr>.skipped"));
}

TEST_CASE("each case has its name, time and reason, also one with the characters of XML") {
  std::vector<boost::property_tree::ptree> cases;
  for (const auto& [name, child] : parsed(three_cases(), JunitSkips::kPossible))
    if (name == "testcase") cases.push_back(child);
  REQUIRE(cases.size() == 3);
  CHECK(cases[0].get<std::string>("<xmlattr>.name") == "good");
  CHECK(cases[0].get<std::string>("<xmlattr>.time") == "0.250");
  CHECK(!cases[0].get_child_optional("failure"));
  CHECK(cases[1].get<std::string>("failure.<xmlattr>.message") == "1 < 2 & \"so\"");
  CHECK(!cases[1].get_optional<std::string>("<xmlattr>.classname"));
  CHECK(cases[2].get<std::string>("<xmlattr>.classname") == "class");
  CHECK(cases[2].get<std::string>("skipped.<xmlattr>.message") == "not here");
}
