#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
//
// Asks ONNX Runtime for its opinion on the torture file of post-processing.
//
//   npm install --ignore-scripts onnxruntime-node          (anywhere; the script is run from that folder)
//   node PATH/TO/scripts/torture_onnxruntime.mjs PATH/TO/testbenches/system/data/torture.txt
//
// Each requantize section becomes one QLinearConv: every case is an output channel with a bias and a weight scale of its
// own, its VALUE the dot product of one input pixel with its weights. Each add section that names an operator's scales
// becomes one QLinearAdd. Prints one line per operator and exits with 1 if any result differs.
import { readFileSync } from "node:fs";
import ort from "./onnxruntime.mjs";

// A protobuf writer: just what an ONNX model needs.
const varint = (n) => {
  const bytes = [];
  let rest = BigInt.asUintN(64, BigInt(n));
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
};
const integer = (field, n) => Buffer.concat([varint(field << 3), varint(n)]);
const bytes = (field, data) => {
  const body = Buffer.from(data);
  return Buffer.concat([varint((field << 3) | 2), varint(body.length), body]);
};
const message = (field, ...parts) => bytes(field, Buffer.concat(parts));

const kType = { float32: 1, uint8: 2, int8: 3, int32: 6 };
const kArray = { float32: Float32Array, uint8: Uint8Array, int8: Int8Array, int32: Int32Array };

// TensorProto of GraphProto.initializer
const tensor = (name, type, dims, data) =>
  message(5, ...dims.map((d) => integer(1, d)), integer(2, kType[type]), bytes(8, name),
          bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)));
const initializer = (name, type, dims, values) => tensor(name, type, dims, kArray[type].from(values));
// Floats are given by their bits, so that every value arrives as written.
const floats = (name, dims, bits) => tensor(name, "float32", dims, Uint32Array.from(bits));
// ValueInfoProto
const value = (field, name, type, dims) =>
  message(field, bytes(1, name),
          message(2, message(1, integer(1, kType[type]), message(2, ...dims.map((d) => message(1, integer(1, d)))))));
const node = (operator, domain, inputs, output) =>
  message(1, ...inputs.map((i) => bytes(1, i)), bytes(2, output), bytes(4, operator), bytes(7, domain));
const model = (...graph) =>
  Buffer.concat([integer(1, 8), message(7, bytes(2, "torture"), ...graph), message(8, bytes(1, ""), integer(2, 13)),
                 message(8, bytes(1, "com.microsoft"), integer(2, 1))]);

async function run(modelBytes, feeds) {
  const session = await ort.InferenceSession.create(modelBytes, {
    graphOptimizationLevel: "all", intraOpNumThreads: 1, logSeverityLevel: 3,
    extra: { session: { qdqisint8allowed: "1" } },
  });
  const result = await session.run(feeds);
  return result.y.data;
}

// VALUE as a dot product of x = [127 ..., 1 1 1 1] with int8 weights.
const kLong = 76, kShort = 4, kInputs = kLong + kShort;
function weights(total) {
  const w = new Array(kInputs).fill(0);
  const spread = (rest, from, count) => {
    for (let i = from; i < from + count; ++i) {
      w[i] = Math.max(-127, Math.min(127, rest));
      rest -= w[i];
    }
    return rest;
  };
  const quotient = Math.trunc(total / 127);
  if (spread(quotient, 0, kLong) || spread(total - quotient * 127, kLong, kShort)) {
    // A larger value than the weights can make: keep it out of the comparison.
    return null;
  }
  return w;
}

async function requantize([, type, zeroPoint], rows) {
  const cases = rows.map(([v, bias, scale, expected]) =>
    ({ w: weights(Number(v)), bias: Number(bias), scale: parseInt(scale, 16), expected: Number(expected), row: `${v} ${bias} ${scale}` }))
    .filter((c) => c.w !== null);
  const m = cases.length;
  const one = [0x3f800000];
  const y = await run(
    model(node("QLinearConv", "", ["x", "xs", "xz", "w", "ws", "wz", "ys", "yz", "b"], "y"),
          floats("xs", [], one), initializer("xz", type, [], [0]),
          initializer("w", "int8", [m, kInputs, 1, 1], cases.flatMap((c) => c.w)),
          floats("ws", [m], cases.map((c) => c.scale)), initializer("wz", "int8", [m], new Array(m).fill(0)),
          floats("ys", [], one), initializer("yz", type, [], [Number(zeroPoint)]),
          initializer("b", "int32", [m], cases.map((c) => c.bias)),
          value(11, "x", type, [1, kInputs, 1, 1]), value(12, "y", type, [1, m, 1, 1])),
    { x: new ort.Tensor(type, kArray[type].from([...new Array(kLong).fill(127), ...new Array(kShort).fill(1)]),
                        [1, kInputs, 1, 1]) });
  return cases.map((c, i) => ({ ...c, got: y[i] }));
}

async function add([, type, , , , , , sa, za, sb, zb, sy, zy], rows) {
  const n = rows.length;
  const scalar = (name, text) => floats(name, [], [parseInt(text, 16)]);
  const y = await run(
    model(node("QLinearAdd", "com.microsoft", ["a", "sa", "za", "b", "sb", "zb", "sy", "zy"], "y"),
          scalar("sa", sa), initializer("za", type, [], [Number(za)]), scalar("sb", sb),
          initializer("zb", type, [], [Number(zb)]), scalar("sy", sy), initializer("zy", type, [], [Number(zy)]),
          value(11, "a", type, [n]), value(11, "b", type, [n]), value(12, "y", type, [n])),
    { a: new ort.Tensor(type, kArray[type].from(rows.map((r) => Number(r[0]))), [n]),
      b: new ort.Tensor(type, kArray[type].from(rows.map((r) => Number(r[1]))), [n]) });
  return rows.map(([a, b, expected], i) => ({ expected: Number(expected), got: y[i], row: `${a} ${b}` }));
}

const sections = [];
for (const line of readFileSync(process.argv[2], "utf8").split("\n")) {
  if (!line || line.startsWith("#")) continue;
  const words = line.split(" ");
  if (words[0] === "requantize" || words[0] === "add") sections.push({ head: words, rows: [] });
  else sections.at(-1).rows.push(words);
}

const totals = { requantize: [0, 0, 0], add: [0, 0, 0] };
for (const { head, rows } of sections) {
  const total = totals[head[0]];
  if (head[0] === "add" && head.length < 13) {
    total[2] += rows.length;
    continue;
  }
  const results = await (head[0] === "add" ? add : requantize)(head, rows);
  total[0] += results.length;
  total[2] += rows.length - results.length;
  for (const r of results.filter((x) => x.got !== x.expected)) {
    if (++total[1] <= 5) console.log(`${head.join(" ")}: ${r.row}: expected ${r.expected}, ONNX Runtime ${r.got}`);
  }
}
for (const [name, [count, differ, skipped]] of Object.entries(totals)) {
  console.log(`${name}: ${count} cases, ${differ} differ from ONNX Runtime; ${skipped} cases have no operator`);
}
process.exitCode = totals.requantize[1] + totals.add[1] > 0 ? 1 : 0;
