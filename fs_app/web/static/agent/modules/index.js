/**
 * The modules of the toolbar, in the order in which they lie when nobody has moved them. One file each, one line each.
 *
 * A module: `name` (of `accounts/profiles.MODULES`; the profile switches it off), `title` (key of its text), `icon`,
 * `where`: "column" or "bandeau" (or a function of the page's facts), and
 * - `Body`: the component; in the column it stands in a frame with title, folding and order;
 * - `Aside`: a component for the right end of the title bar, optional;
 * - `folded`: at first, until somebody opens it; a folded module is not drawn and asks nothing;
 * - `shown()`: whether there is anything to show now (signals may be read), else always;
 * - `insists()`: it can't be folded now;
 * - `even()`: shown now although the profile has it off;
 * - `load()`: for what is large or seldom used, instead of `Body` and `Aside`: imports the file that exports them, when
 *   the module is opened for the first time.
 */

import { module as delay } from "./delay.js";
import { module as dial } from "./dial.js";
import { module as lines } from "./lines.js";
import { module as outbound } from "./outbound.js";
import { module as qualification } from "./qualification.js";
import { module as queues } from "./queues.js";
import { module as session } from "./session.js";
import { module as statistics } from "./statistics.js";
import { module as transferred } from "./transferred.js";
import { Unread } from "../view/words.js";

export const MODULES = [
  session,
  delay,
  lines,
  qualification,
  transferred,
  queues,
  dial,
  outbound,
  { name: "agents", title: "desk.module.agents", icon: "users-group", where: "column", folded: true, Aside: Unread, load: () => import("./agents.js") },
  { name: "directory", title: "desk.module.directory", icon: "address-book", where: "column", folded: true, load: () => import("./directory.js") },
  { name: "history", title: "desk.module.history", icon: "history", where: "column", folded: true, load: () => import("./history.js") },
  statistics,
];
