// SPDX-License-Identifier: Apache-2.0
#include "cli/output/junit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <sstream>

namespace systole::cli {

using boost::property_tree::ptree;

namespace {

ptree node_of(const JunitCase& c) {
  ptree node;
  if (!c.classname.empty()) node.put("<xmlattr>.classname", c.classname);
  node.put("<xmlattr>.name", c.name);
  if (c.seconds) node.put("<xmlattr>.time", fmt::format("{:.3f}", *c.seconds));
  if (c.failure) node.put("failure.<xmlattr>.message", *c.failure);
  if (c.skipped) node.put("skipped.<xmlattr>.message", *c.skipped);
  if (!c.output.empty()) node.put("system-out", c.output);
  return node;
}

}  // namespace

std::string to_junit(const JunitSuite& suite, JunitSkips skips) {
  const auto count = [&suite](auto wanted) { return std::count_if(suite.cases.begin(), suite.cases.end(), wanted); };
  ptree node;
  node.put("<xmlattr>.name", suite.name);
  node.put("<xmlattr>.tests", suite.cases.size());
  node.put("<xmlattr>.failures", count([](const JunitCase& c) { return c.failure.has_value(); }));
  if (skips == JunitSkips::kPossible)
    node.put("<xmlattr>.skipped", count([](const JunitCase& c) { return c.skipped.has_value(); }));
  if (suite.seconds) node.put("<xmlattr>.time", fmt::format("{:.3f}", *suite.seconds));
  for (const auto& [name, value] : suite.properties) {
    ptree property;
    property.put("<xmlattr>.name", name);
    property.put("<xmlattr>.value", value);
    node.add_child("properties.property", property);
  }
  for (const JunitCase& c : suite.cases) node.add_child("testcase", node_of(c));
  ptree root;
  root.add_child("testsuite", node);
  std::ostringstream out;
  boost::property_tree::write_xml(out, root);
  return out.str();
}

}  // namespace systole::cli
