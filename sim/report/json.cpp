// SPDX-License-Identifier: Apache-2.0
#include "report/json.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include "report/fields.hpp"

namespace systole::report {

namespace {

using OrderedJson = nlohmann::ordered_json;

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
OrderedJson object(const Object& of);

template <class T>
OrderedJson value(const T& of) {
  if constexpr (kIsValue<T>)
    return of;
  else
    return object(of);
}
template <class T>
OrderedJson value(const std::vector<T>& list) {
  OrderedJson json = OrderedJson::array();
  for (const T& entry : list) json.push_back(value(entry));
  return json;
}
OrderedJson value(const std::vector<std::pair<std::string, std::string>>& keys) {
  OrderedJson json = OrderedJson::object();
  for (const auto& [key, text] : keys) json[key] = text;
  return json;
}
OrderedJson value(const std::array<std::pair<std::string, Shares>, 2>& by_place) {
  OrderedJson json;
  for (const auto& [place, shares] : by_place) json[place] = object(shares);
  return json;
}
OrderedJson value(const Counters& counters) {
  OrderedJson json;
  for (std::size_t k = 0; k < kCounters; ++k) json[kCounterNames[k]] = counters[k];
  return json;
}
OrderedJson value(const Accounts& accounts) {
  OrderedJson json;
  for (const isa::Engine engine : isa::kAllEngines)
    json[isa::engine_name(engine)] = object(accounts[isa::index_of(engine)]);
  return json;
}
template <class T>
OrderedJson value(const std::optional<T>& of) {
  return of ? value(*of) : OrderedJson(nullptr);
}

template <class Object>
OrderedJson object(const Object& of) {
  OrderedJson json = OrderedJson::object(), last = OrderedJson::object();
  visit_fields(of, [&](const Field& field, const auto& member) {
    if (field.json == InJson::kNo || (field.json != InJson::kNullIfUnknown && !known(member))) return;
    (field.json == InJson::kLastIfKnown ? last : json)[std::string(field.key)] = value(member);
  });
  for (const auto& [key, member] : last.items()) json[key] = member;
  return json;
}

}  // namespace

OrderedJson to_json(const RunReport& report) { return object(report); }

}  // namespace systole::report
