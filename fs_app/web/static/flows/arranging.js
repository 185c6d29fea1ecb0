/** The worker of arranger.js. */

import * as dagre from "../vendor/dagre.js";
import { arrange } from "./arrange.js";

addEventListener("message", ({ data }) => postMessage(arrange(data.graph, data.kinds, data.digits, dagre)));
