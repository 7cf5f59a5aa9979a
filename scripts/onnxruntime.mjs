// SPDX-License-Identifier: Apache-2.0
//
// ONNX Runtime for the scripts that ask it for a second opinion, out of the folder $NODE_MODULES or ./node_modules. Without it, one
// line that says how to install it, and exit code 1.
import { createRequire } from "node:module";
import { basename } from "node:path";

const require = createRequire((process.env.NODE_MODULES ?? process.cwd() + "/node_modules") + "/");
let ort;
try {
  ort = require("onnxruntime-node");
} catch (error) {
  if (error.code !== "MODULE_NOT_FOUND") throw error;
  const script = basename(process.argv[1]);
  console.error(`${script}: no node module 'onnxruntime-node': npm install --ignore-scripts onnxruntime-node`);
  process.exit(1);
}
export default ort;
