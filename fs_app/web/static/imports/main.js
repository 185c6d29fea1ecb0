// The wizard of imports, and the page that takes a file.

import { html, render } from "../vendor/preact.js";
import { open } from "./store.js";
import { Upload } from "./upload.js";
import { Wizard } from "./view/wizard.js";

const upload = document.querySelector("[data-upload]");
if (upload) {
  const facts = JSON.parse(upload.dataset.upload);
  upload.replaceChildren();
  render(html`<${Upload} facts=${facts} />`, upload);
}

const wizard = document.querySelector("[data-import]");
if (wizard) {
  const facts = JSON.parse(wizard.dataset.import);
  wizard.replaceChildren();
  render(html`<${Wizard} facts=${facts} />`, wizard);
  open(facts);
}
