// SPDX-License-Identifier: Apache-2.0
//
// A second opinion on the bits: runs a quantized network in ONNX Runtime and compares every tensor that Systole dumped, node by node.
// Needed neither to build nor to use Systole:
//
//     build/systole run NET.onnx --chip edge16 --on model --dump-tensors DUMP
//     (mkdir -p build/ort && cd build/ort && npm install --ignore-scripts onnxruntime-node)
//     NODE_MODULES=$PWD/build/ort/node_modules node scripts/networks/compare_onnxruntime.mjs NET.onnx DUMP
//
// x86 with AVX-512 VNNI or AVX-VNNI only: on older processors ONNX Runtime saturates pair sums of uint8 x int8 at 16 bits.
// Exit code 0 if all bits are equal, 1 if some are not, 2 for bad arguments.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import ort from "../onnxruntime.mjs";

const [network, dump] = process.argv.slice(2);
if (!dump) {
  console.error("usage: compare_onnxruntime.mjs NET.onnx DUMP (the folder of systole run --dump-tensors)");
  process.exit(2);
}

const TYPES = { "<f4": ["float32", Float32Array], "|u1": ["uint8", Uint8Array], "|i1": ["int8", Int8Array], "<i4": ["int32", Int32Array], "<i8": ["int64", BigInt64Array] };

// A .npy file of version 1: a header of text, its length at byte 8, then the data.
function tensor(name) {
  const bytes = readFileSync(join(dump, name + ".npy"));
  const begin = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString("latin1", 10, begin);
  const [type, Elements] = TYPES[/'descr': '([^']+)'/.exec(header)[1]];
  const shape = (/'shape': \(([^)]*)\)/.exec(header)[1].match(/\d+/g) ?? []).map(Number);
  return new ort.Tensor(type, new Elements(bytes.buffer.slice(bytes.byteOffset + begin, bytes.byteOffset + bytes.length)), shape);
}

// The network with these tensors as outputs, too. Two serialized protobuf messages, one after the other, are one in which repeated
// fields are joined: so a ModelProto (graph: 7) of a GraphProto (output: 12) of ValueInfoProtos (name: 1) does it.
function field(number, payload) {
  const varint = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]);
  return Buffer.concat([Buffer.from([...varint((number << 3) | 2), ...varint(payload.length)]), payload]);
}
function withOutputs(bytes, names) {
  return Buffer.concat([bytes, field(7, Buffer.concat(names.map((name) => field(12, field(1, Buffer.from(name))))))]);
}

// `all` is what makes ONNX Runtime compute in integers; below it, DequantizeLinear is executed as written, in float.
const options = { graphOptimizationLevel: "all", extra: { session: { qdqisint8allowed: "1" } } };
const bytes = readFileSync(network);
const plain = await ort.InferenceSession.create(bytes, options);
const dumped = readdirSync(dump).filter((file) => file.endsWith(".npy")).map((file) => file.slice(0, -4)).sort();
const hidden = dumped.filter((name) => !plain.inputNames.includes(name) && !plain.outputNames.includes(name));
const session = await ort.InferenceSession.create(withOutputs(bytes, hidden), options);
const results = await session.run(Object.fromEntries(plain.inputNames.map((name) => [name, tensor(name)])));

let different = 0, elements = 0, tensors = 0;
for (const name of dumped.filter((name) => name in results)) {
  const ours = tensor(name).data, theirs = results[name].data;
  const bitsOf = (data) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const size = ours.BYTES_PER_ELEMENT, a = bitsOf(ours), b = bitsOf(theirs);
  let here = ours.length === theirs.length ? 0 : Math.max(ours.length, theirs.length);
  if (here === 0 && !a.equals(b))
    for (let i = 0; i < ours.length; ++i) if (a.compare(b, i * size, (i + 1) * size, i * size, (i + 1) * size) !== 0) ++here;
  if (here > 0) console.log(`${name}: ${here} of ${ours.length} elements differ`);
  different += here;
  elements += ours.length;
  ++tensors;
}
console.log(`${tensors} tensors, ${elements} elements, ${different} differ`);
process.exit(different === 0 && tensors > 0 ? 0 : 1);
