// The campaign editor: dialogs that open when their content is there, refusals shown where they belong.

const FAULT_PAGE = "text/html";

// A refusal that is HTML says what is wrong and is shown in its place; JSON becomes a toast.
document.addEventListener("htmx:beforeSwap", (event) => {
  const type = event.detail.xhr.getResponseHeader("content-type") ?? "";
  if (event.detail.xhr.status < 400 || !type.startsWith(FAULT_PAGE)) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
});

document.addEventListener("htmx:afterSwap", (event) => {
  const dialog = event.detail.target.closest("dialog");
  if (!dialog || dialog.open || event.detail.requestConfig.elt.dataset.opens !== dialog.id) return;
  dialog.showModal();
  dialog.querySelector(".dialog-body input:not([type=hidden]), .dialog-body button")?.focus();
});

// What is being submitted as a whole is not saved a second time beside it.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const submitter = event.submitter;
  if (form.matches("[data-autosave]") && !submitter?.hasAttribute("hx-post")) {
    form.dispatchEvent(new CustomEvent("htmx:abort"));
    form.dataset.leaving = "yes";
  }
  if (submitter?.dataset.busy) {
    submitter.textContent = submitter.dataset.busy;
    submitter.classList.add("htmx-request");
  }
});
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.dataset.leaving) event.preventDefault();
});
// htmx sends a form where the last button pressed in it points; what saves by itself goes to its own address.
document.addEventListener("htmx:configRequest", (event) => {
  const form = event.detail.elt;
  if (form.matches("[data-autosave]")) event.detail.path = form.getAttribute("hx-post");
});

document.getElementById("faults")?.focus();

// A page that answers a submit stands at the address of its form, so that loading it again is harmless.
const editor = document.querySelector("[data-autosave]");
if (editor && location.href.startsWith(`${editor.action}/`)) history.replaceState(null, "", editor.action);
