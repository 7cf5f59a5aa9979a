// SPDX-License-Identifier: Apache-2.0
//
// Runs the digits network in ONNX Runtime and compares every bit of the logits with sim/networks/digits/expected.npy. A second
// opinion on the arithmetic, needed neither to build nor to use Systole:
//
//     cd $(mktemp -d) && npm install --ignore-scripts onnxruntime-node
//     NODE_MODULES=$PWD/node_modules node .../scripts/digits/compare_onnxruntime.mjs
//
// x86 with AVX-512 VNNI or AVX-VNNI only: on older processors ONNX Runtime saturates pair sums of uint8 x int8 at 16 bits.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ort from "../onnxruntime.mjs";

const folder = join(dirname(fileURLToPath(import.meta.url)), "../../sim/networks/digits");

// A .npy file of version 1: the data begin after the header, whose length stands at byte 8.
function floats(name) {
  const bytes = readFileSync(join(folder, name));
  const begin = 10 + bytes.readUInt16LE(8);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset + begin, bytes.byteOffset + bytes.length));
}

// `all` is what makes ONNX Runtime compute in integers; below it, DequantizeLinear is executed as written, in float.
const session = await ort.InferenceSession.create(join(folder, "digits.onnx"), {
  graphOptimizationLevel: "all",
  extra: { session: { qdqisint8allowed: "1" } },
});
const image = new ort.Tensor("float32", floats("images.npy"), [200, 1, 8, 8]);
const { logits } = await session.run({ image });
const got = new Uint32Array(logits.data.buffer, logits.data.byteOffset, logits.data.length);
const expected = new Uint32Array(floats("expected.npy").buffer);
const different = expected.reduce((count, bits, i) => count + (bits !== got[i] ? 1 : 0), 0);
console.log(`${expected.length} logits, ${different} differ`);
process.exit(different === 0 && got.length === expected.length ? 0 : 1);
