// SPDX-License-Identifier: Apache-2.0
#include "report/json.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include "report/fields.hpp"

namespace systole::report {

namespace {

using Json = nlohmann::ordered_json;

template <class T>
bool known(const T&) {
  return true;
}
bool known(const std::string& text) { return !text.empty(); }
template <class T>
bool known(const std::optional<T>& value) {
  return value.has_value();
}

template <class Object>
Json object(const Object& of);

template <class T>
Json value(const T& of) {
  if constexpr (kIsValue<T>)
    return of;
  else
    return object(of);
}
template <class T>
Json value(const std::vector<T>& list) {
  Json json = Json::array();
  for (const T& entry : list) json.push_back(object(entry));
  return json;
}
Json value(const std::array<std::pair<std::string, Shares>, 2>& by_place) {
  Json json;
  for (const auto& [place, shares] : by_place) json[place] = object(shares);
  return json;
}
Json value(const Counters& counters) {
  Json json;
  for (std::size_t k = 0; k < kCounters; ++k) json[kCounterNames[k]] = counters[k];
  return json;
}
Json value(const Accounts& accounts) {
  Json json;
  for (const isa::Engine engine : isa::kAllEngines)
    json[isa::engine_name(engine)] = object(accounts[isa::index_of(engine)]);
  return json;
}
template <class T>
Json value(const std::optional<T>& of) {
  return of ? value(*of) : Json(nullptr);
}

template <class Object>
Json object(const Object& of) {
  Json json = Json::object(), last = Json::object();
  visit_fields(of, [&](const Field& field, const auto& member) {
    if (field.json == InJson::kNo || (field.json != InJson::kNullIfUnknown && !known(member))) return;
    (field.json == InJson::kLastIfKnown ? last : json)[std::string(field.key)] = value(member);
  });
  for (const auto& [key, member] : last.items()) json[key] = member;
  return json;
}

}  // namespace

Json to_json(const RunReport& report) { return object(report); }

}  // namespace systole::report
