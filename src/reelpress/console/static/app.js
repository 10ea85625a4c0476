// Small behaviours of the console. Everything works by forms and links first; this makes it quicker.

const toast = (words, kind = "") => {
  const line = document.createElement("p");
  line.className = `toast ${kind}`;
  line.textContent = words;
  document.getElementById("toasts")?.append(line);
  setTimeout(() => line.remove(), 6000);
};

// The clipboard API exists only over https and on this machine; elsewhere the old way still works.
const copied = async (text) => {
  if (navigator.clipboard) return navigator.clipboard.writeText(text).then(() => true, () => false);
  const box = document.createElement("textarea");
  box.value = text;
  box.className = "off-screen";
  document.body.append(box);
  box.select();
  const done = document.execCommand("copy");
  box.remove();
  return done;
};

document.addEventListener("click", async (event) => {
  const toggle = event.target.closest("[data-toggle]");
  if (toggle) {
    const target = document.getElementById(toggle.dataset.toggle);
    const open = target.classList.toggle("open");
    toggle.setAttribute("aria-expanded", String(open));
  }
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    toast(await copied(copy.dataset.copy) ? "Copied" : "Your browser does not let pages copy; select the text and copy it");
  }
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
  const remove = event.target.closest("[data-remove-row]");
  if (remove) remove.closest(".row-item")?.remove();
  const add = event.target.closest("[data-add-row]");
  if (add) {
    const template = document.getElementById(add.dataset.addRow);
    const list = document.getElementById(template.dataset.into);
    list.append(template.content.cloneNode(true));
    list.lastElementChild?.querySelector("input, select, textarea")?.focus();
  }
});

document.addEventListener("change", (event) => {
  const chooser = event.target.closest("[data-shows]");
  if (chooser) showChosen(chooser);
});

// A select or radio with data-shows="group" shows the [data-when] blocks of that group that name its value.
const showChosen = (chooser) => {
  if (chooser.type === "radio" && !chooser.checked) return;
  const value = chooser.type === "checkbox" ? String(chooser.checked) : chooser.value;
  for (const block of document.querySelectorAll(`[data-group="${chooser.dataset.shows}"]`)) {
    const shown = block.dataset.when.split(" ").includes(value);
    block.hidden = !shown;
    for (const control of block.querySelectorAll("input, select, textarea")) control.disabled = !shown;
  }
};

const prepare = (root) => root.querySelectorAll?.("[data-shows]").forEach(showChosen);
prepare(document);
document.addEventListener("htmx:afterSwap", (event) => prepare(event.target));
document.addEventListener("htmx:responseError", (event) => {
  let words = "The server could not do that.";
  try {
    const fault = JSON.parse(event.detail.xhr.responseText).error;
    words = fault.fix ? `${fault.message}: ${fault.fix}` : fault.message;
  } catch { /* not our JSON */ }
  toast(words, "bad");
});
document.addEventListener("htmx:sendError", () => toast("The server does not answer.", "bad"));
