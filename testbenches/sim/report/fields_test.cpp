// SPDX-License-Identifier: Apache-2.0
//
// Is the page of the report made of the table of fields, and does each row say where it is shown in a way that can be
// shown?
#include "report/fields.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "catch.hpp"

namespace systole::report {
namespace {

template <class Report>
std::vector<Field> fields_of(const Report& report) {
  std::vector<Field> fields;
  visit_fields(report, [&fields](const Field& field, const auto&) { fields.push_back(field); });
  return fields;
}

template <class Report>
std::string json_table(const std::string& title) {
  std::string out = title + "\n\n| key | unit | meaning |\n|---|---|---|\n";
  for (const Field& field : fields_of(Report{}))
    if (field.json != InJson::kNo) out += fmt::format("| `{}` | {} | {} |\n", field.key, field.unit, field.help);
  return out + "\n";
}

// Of nodes also where they are in the two tables.
std::string node_table() {
  const auto code = [](std::string_view name) { return name.empty() ? "" : fmt::format("`{}`", name); };
  std::string out =
      "Each of `nodes`, with its column in the CSV file and in the terminal:\n\n"
      "| key | CSV | terminal | unit | meaning |\n|---|---|---|---|---|\n";
  for (const Field& field : fields_of(NodeReport{}))
    out += fmt::format("| {} | {} | {} | {} | {} |\n", field.json == InJson::kNo ? "" : code(field.key),
                       code(field.csv), field.heading, field.unit, field.help);
  return out + "\n";
}

std::string page_tables() {
  return json_table<RunReport>("The run:") + node_table() + json_table<StepReport>("Each of `steps`:") +
         json_table<Stage>("Each of `stages`:") + json_table<InputReport>("Each of `inputs`:") +
         json_table<ViewReport>("Each of `views`:") + json_table<Shares>("`on_chip` and each of `shares`:") +
         json_table<ArrayShares>("`array`, as shares of the run's cycles; the rest is the matrix engine idle:") +
         json_table<cycle::Account>("Each engine of `accounts`; the parts add up to the run's `cycles`:") +
         json_table<Provenance>("`made_by`:");
}

// The keys that a template quotes.
std::vector<std::string> quoted(std::string_view text) {
  std::vector<std::string> keys;
  for (std::size_t open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1))
    keys.emplace_back(text.substr(open + 1, text.find('}', open) - open - 1));
  return keys;
}

// No two fields may have the same key, column, heading or position.
void check_unique(const std::vector<Field>& fields) {
  std::set<std::string_view> keys, columns, headings;
  std::set<int> positions;
  for (const Field& field : fields) {
    CAPTURE(field.key);
    CHECK(keys.insert(field.key).second);
    CHECK((field.csv.empty() || columns.insert(field.csv).second));
    CHECK((field.heading.empty() || headings.insert(field.heading).second));
    CHECK((field.position == 0 || positions.insert(field.position).second));
    CHECK((field.position == 0) == (field.compared == Format::kNone));
    CHECK((field.position == 0 || field.json != InJson::kNo));  // `compare` reads JSON files
    CHECK_FALSE(field.help.empty());
  }
}

}  // namespace

TEST_CASE("the page of the command line has the tables of the fields, as this test makes them") {
  const std::string begin = "<!-- fields of the report: made from sim/report/fields.hpp, held by a test -->\n\n";
  std::ifstream file(std::string(SYSTOLE_SOURCE_DIR) + "/docs/user/command_line.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  const std::size_t from = page.find(begin), to = page.find("<!-- end of the fields -->");
  REQUIRE(from != std::string::npos);
  REQUIRE(to != std::string::npos);
  CHECK(page.substr(from + begin.size(), to - from - begin.size()) == page_tables());
}

TEST_CASE("keys, columns, headings and positions are used once, and every field has a meaning") {
  check_unique(fields_of(RunReport{}));
  check_unique(fields_of(NodeReport{}));
  check_unique(fields_of(StepReport{}));
  check_unique(fields_of(InputReport{}));
  check_unique(fields_of(ViewReport{}));
  check_unique(fields_of(Shares{}));
  check_unique(fields_of(Stage{}));
  check_unique(fields_of(ArrayShares{}));
  check_unique(fields_of(Provenance{}));
  check_unique(fields_of(cycle::Account{}));
}

TEST_CASE("every field of the run with a text stands in the summary once, and the summary quotes nothing else") {
  std::map<std::string, int> times;
  for (const SummaryLine& line : kSummary)
    for (const std::string_view text : {line.text, line.tail})
      for (const std::string& key : quoted(text)) ++times[key];
  for (const Field& field : fields_of(RunReport{})) {
    CAPTURE(field.key);
    const bool composed = field.key == "shares" || field.key == "counters" || field.key == "accounts" ||
                          field.key == "inputs" || field.key == "array" || field.key == "stages";
    CHECK(times[std::string(field.key)] == (composed || field.text != Format::kNone ? 1 : 0));
    times.erase(std::string(field.key));
  }
  CHECK(times.empty());
  std::set<std::string_view> of_shares;
  for (const Field& field : fields_of(Shares{})) of_shares.insert(field.key);
  for (const std::string& key : quoted(kShareSummary)) CHECK(of_shares.count(key) == 1);
}

TEST_CASE("an engine's account names each engine that it can wait for") {
  std::set<std::string> keys;
  for (const Field& field : fields_of(cycle::Account{})) keys.emplace(field.key);
  for (const char* name : isa::kEngineNames) CHECK(keys.count(std::string("wait_") + name) == 1);
  CHECK(keys.size() == 4 + isa::kEngines);
}

}  // namespace systole::report
