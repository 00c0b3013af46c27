// What else there is beside the requests: functions, the network, its policies and its faults, each anew as long as it is looked at.

import { change, onChange, parameter } from "./address.js";
import { button, byId, el } from "./dom.js";
import { Faults } from "./faults.js";
import { functionsView } from "./functions.js";
import { Lab } from "./lab.js";
import { networkView } from "./network.js";

const EVERY_MS = { functions: 1000, network: 400, policies: 1000, faults: 1000 }; // the second asks the API only for another network
const FILTERED = "policies"; // the view that the filters are for, beside the list
const VIEWS = { "": "Requests", functions: "Functions", network: "Network", policies: "Policies", faults: "Faults" };

/** Show the view of the address; `lines` are the requests that are known, and `page` what the views need of it. */
export function startViews(lines, page) {
  const [lab, faults] = [new Lab(lines, page), new Faults(page)];
  const shown = { functions: functionsView, network: () => networkView(lines), policies: () => lab.view(), faults: () => faults.view() };
  const tabs = tabsIn(byId("views"));
  let timer;
  const draw = async () => {
    clearTimeout(timer);
    const view = parameter("view");
    const make = shown[view];
    byId("other").hidden = !make;
    byId("main").hidden = Boolean(make);
    byId("filters").hidden = Boolean(make) && view !== FILTERED;
    for (const [name, tab] of tabs) tab.setAttribute("aria-current", name === (make ? view : "") ? "page" : "false");
    if (!make) return;
    const content = await make().catch((error) => el("p", { class: "empty" }, error.message));
    if (parameter("view") !== view) return;
    if (!byId("other").contains(document.activeElement) || byId("other").dataset.view !== view) replace(view, content);
    timer = setTimeout(draw, EVERY_MS[view]);
  };
  onChange((names) => names.includes("view") && draw());
  draw();
}

/** Put content in the place of what was there; what is there already shows by itself what is new. */
function replace(view, content) {
  const box = byId("other");
  box.dataset.view = view;
  if (box.firstChild === content) return;
  const { scrollTop, scrollLeft } = box;
  box.replaceChildren(content);
  box.scrollTo(scrollLeft, scrollTop);
}

function tabsIn(box) {
  const tabs = Object.entries(VIEWS).map(([view, title]) => [view, button(title, () => change({ view }, { pushes: true }), { class: "tab" })]);
  box.append(...tabs.map(([, tab]) => tab));
  return tabs;
}
