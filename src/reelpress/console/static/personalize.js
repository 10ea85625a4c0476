// Typing @ in a personalised field opens a menu of attributes; a second page of it asks for the fallback.

const GROUPS = [
  ["UserAttribute", "User attributes"],
  ["EventAttribute", "Event attributes"],
  ["BusinessEventAttribute", "Business event attributes"],
  ["Campaign", "Campaign"],
];
const FALLBACKS = [
  ["none", "No fallback", "If it is missing, nothing is sent and the reason is kept."],
  ["text", "Replace text", "If it is missing, this text stands there instead."],
  ["drop", "Do not send", "If it is missing, this user is left out on purpose."],
];
const MOST_SHOWN = 60;

let attributes = null; // the promise of the list: however fast the typing, it is asked for once
let open = null; // { field, start, end, shown, active, chosen }
let turn = 0; // of the latest thing typed; a menu for an earlier one is not shown any more

const source = document.querySelector("[data-attributes]");
const menu = document.createElement("div");
menu.className = "insert-menu";
menu.id = "insert-menu";
menu.hidden = true;
document.body.append(menu);

const load = () => (attributes ??= ask());

const ask = async () => {
  const answer = await fetch(source.dataset.attributes, { headers: { Accept: "application/json" } });
  const found = answer.ok ? await answer.json() : [];
  const seen = new Set();
  return found.filter((one) => !seen.has(one.expression) && seen.add(one.expression));
};

// The @ that stands before the caret, unless it is part of an address such as hello@example.com.
const trigger = (field) => {
  const before = field.value.slice(0, field.selectionStart);
  const found = /(^|[^\w.+-])@([^@\n{}"'<>]{0,40})$/.exec(before);
  return found ? { start: before.length - found[2].length - 1, query: found[2] } : null;
};

const close = () => {
  turn += 1;
  if (!open) return;
  open.field.removeAttribute("aria-activedescendant");
  open.field.removeAttribute("aria-controls");
  open = null;
  menu.hidden = true;
  menu.replaceChildren();
};

const place = (field) => {
  const box = field.getBoundingClientRect();
  const line = caretLine(field);
  const width = Math.min(420, window.innerWidth - 24);
  menu.style.width = `${width}px`;
  menu.style.left = `${window.scrollX + Math.max(12, Math.min(box.left, window.innerWidth - width - 12))}px`;
  menu.style.top = `${window.scrollY + Math.min(box.bottom, box.top + line) + 4}px`;
};

const caretLine = (field) => {
  if (field.tagName !== "TEXTAREA") return field.offsetHeight;
  const style = getComputedStyle(field);
  const height = Number.parseFloat(style.lineHeight) || 20;
  const lines = field.value.slice(0, field.selectionStart).split("\n").length;
  return Number.parseFloat(style.paddingTop) + lines * height - field.scrollTop;
};

const show = async (field, at, query, end) => {
  const mine = ++turn;
  const found = await load();
  if (mine !== turn) return;
  const wanted = query.trim().toLowerCase();
  const matching = found.filter((one) => `${one.name} ${one.key} ${one.event ?? ""}`.toLowerCase().includes(wanted));
  if (!matching.length && query.length > 2) return close();
  open = { field, start: at, end, shown: [], active: 0, chosen: null };
  menu.replaceChildren();
  menu.setAttribute("role", "listbox");
  menu.setAttribute("aria-label", "Attributes");
  for (const [kind, title] of GROUPS) {
    const group = matching.filter((one) => one.source === kind).slice(0, MOST_SHOWN);
    if (!group.length) continue;
    menu.append(element("p", "insert-group", title));
    for (const one of group) menu.append(option(one.name, one.event ?? (one.key === one.name ? one.type : one.key), one));
  }
  if (!open.shown.length) menu.append(element("p", "insert-group", "No attribute is called so"));
  menu.hidden = false;
  place(field);
  menu.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-controls", menu.id);
  activate(0);
};

const option = (title, note, value) => {
  const line = element("div", "insert-option");
  line.id = `insert-${open.shown.length}`;
  line.setAttribute("role", "option");
  line.append(element("span", "", title), element("span", "insert-note", note));
  const index = open.shown.length;
  line.addEventListener("mousedown", (event) => { event.preventDefault(); pick(index); });
  open.shown.push({ line, value });
  return line;
};

const element = (tag, kind, words = "") => {
  const made = document.createElement(tag);
  made.className = kind;
  made.textContent = words;
  return made;
};

const activate = (index) => {
  if (!open.shown.length) return;
  open.active = (index + open.shown.length) % open.shown.length;
  open.shown.forEach(({ line }, at) => line.setAttribute("aria-selected", String(at === open.active)));
  const { line } = open.shown[open.active];
  line.scrollIntoView({ block: "nearest" });
  open.field.setAttribute("aria-activedescendant", line.id);
};

const pick = (index) => {
  const { value } = open.shown[index];
  if (!open.chosen) return value.source === "Campaign" ? insert(value.expression) : askFallback(value);
  if (value === "text") return askText();
  return insert(value === "drop" ? withDefault("MOE_NOT_SEND") : open.chosen.expression);
};

const askFallback = (chosen) => {
  open.chosen = chosen;
  open.shown = [];
  menu.setAttribute("aria-label", `If ${chosen.name} is missing`);
  menu.replaceChildren(element("p", "insert-group", `If “${chosen.name}” is missing`));
  for (const [kind, title, note] of FALLBACKS) menu.append(option(title, note, kind));
  menu.classList.add("wide-notes");
  menu.scrollIntoView({ block: "nearest" });
  activate(0);
};

const askText = () => {
  const { field, start, end, chosen } = open;
  const input = element("input", "");
  input.setAttribute("aria-label", "Text that stands there instead");
  input.placeholder = "Text that stands there instead";
  const done = element("button", "button primary small", "Insert");
  done.type = "button";
  const finish = () => {
    open = { field, start, end, shown: [], active: 0, chosen };
    insert(withDefault(input.value));
  };
  done.addEventListener("click", finish);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") { event.preventDefault(); finish(); }
    if (event.key === "Escape") { event.preventDefault(); close(); field.focus(); }
  });
  const line = element("div", "insert-text");
  line.append(input, done);
  menu.replaceChildren(element("p", "insert-group", `Instead of “${chosen.name}”`), line);
  input.focus();
};

const withDefault = (text) => {
  const quoted = text.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
  return open.chosen.expression.replace(/\}\}$/, ` | default('${quoted}')}}`);
};

const insert = (expression) => {
  const { field, start, end } = open;
  close();
  field.focus();
  field.setRangeText(expression, start, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
};

const follow = (field) => {
  const found = trigger(field);
  menu.classList.remove("wide-notes");
  if (found) show(field, found.start, found.query, field.selectionStart);
  else close();
};

if (source) {
  document.addEventListener("focusin", (event) => {
    if (event.target.matches("[data-personal]")) load();
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-personal]")) follow(event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (!open || event.target !== open.field) return;
    const act = {
      ArrowDown: () => activate(open.active + 1),
      ArrowUp: () => activate(open.active - 1),
      Enter: () => open.shown.length && pick(open.active),
      Tab: () => open.shown.length && pick(open.active),
      Escape: close,
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  document.addEventListener("focusout", (event) => {
    if (open && event.target === open.field && !menu.contains(event.relatedTarget)) close();
  });
  window.addEventListener("resize", () => open && place(open.field));
  document.addEventListener("mousedown", (event) => {
    if (open && !menu.contains(event.target) && event.target !== open.field) close();
  });
}
