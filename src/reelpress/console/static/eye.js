// The eye: a scrubber over the draft's video. One request at a time; what was wanted last is asked next.

const MOST_PX = 1280;
const STEP_PX = 160; // widths asked for, so that a few pixels more are not another picture

class Eye {
  constructor(form) {
    this.form = form;
    this.at = form.querySelector("[data-at]");
    this.still = form.querySelector("[data-still]");
    this.length = Number(form.dataset.length);
    this.names = [...form.querySelectorAll("[data-jump]")];
    this.layers = [];
    this.busy = false;
    this.again = false;
    const box = form.querySelector("[data-box]");
    box.style.aspectRatio = `${form.dataset.width} / ${form.dataset.height}`;
    this.listen();
    this.tell();
    // A dialog opens after its content has arrived; only then is the picture's width known.
    requestAnimationFrame(() => this.ask());
  }

  listen() {
    this.form.addEventListener("input", (event) => {
      if (event.target === this.at) this.tell();
      if (!("late" in event.target.dataset)) this.ask();
    });
    this.form.addEventListener("change", (event) => {
      if ("late" in event.target.dataset) this.ask();
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask();
    });
    this.form.addEventListener("click", (event) => {
      const name = event.target.closest("[data-jump]");
      const bar = event.target.closest("[data-goto]");
      if (name) this.go(this.next(name.dataset.jump.split(" ").map(Number)));
      else if (bar) this.go(Number(bar.dataset.goto));
    });
  }

  // The middle that comes after the one shown, else the first.
  next(middles) {
    const shown = middles.findIndex((one) => Math.abs(one - Number(this.at.value)) <= Number(this.at.step) / 2);
    return middles[(shown + 1) % middles.length];
  }

  go(seconds) {
    this.at.value = String(seconds);
    this.tell();
    this.ask();
  }

  async ask() {
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    this.form.classList.add("rendering");
    do {
      this.again = false;
      await this.render();
    } while (this.again);
    this.busy = false;
    this.form.classList.remove("rendering");
  }

  async render() {
    const body = new URLSearchParams(new FormData(this.form));
    const address = `${this.form.action}?width=${this.width()}`;
    try {
      const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
      if (answer.redirected) location.assign(answer.url);
      else if (answer.ok) this.show(await answer.json());
      else this.fail(await answer.text(), answer.headers.get("content-type") ?? "");
    } catch {
      this.fail("The server does not answer.", "");
    }
  }

  width() {
    const wanted = (this.still.parentElement.clientWidth || MOST_PX) * (window.devicePixelRatio || 1);
    return Math.min(MOST_PX, Math.ceil(wanted / STEP_PX) * STEP_PX);
  }

  show(seen) {
    this.form.classList.remove("failed");
    this.form.querySelector("[data-faults]").replaceChildren();
    this.still.src = seen.picture;
    this.still.hidden = false;
    this.layers = seen.layers;
    for (const name of this.names) {
      name.classList.toggle("in-sight", name.dataset.kind !== "part" && seen.layers.includes(name.dataset.name));
    }
    this.form.querySelector("[data-sight]").textContent = this.sight();
    this.tell();
  }

  fail(words, type) {
    this.form.classList.add("failed");
    const place = this.form.querySelector("[data-faults]");
    if (type.startsWith("text/html")) place.innerHTML = words;
    else place.textContent = words;
  }

  sight() {
    return this.layers.length ? `In sight: ${this.layers.join(", ")}` : "No layer is in sight here.";
  }

  // The time in words and the line across the lanes; the picture follows when it is there.
  tell() {
    const seconds = Number(this.at.value);
    const clock = `${seconds.toFixed(2)} s`;
    this.form.querySelector("[data-clock]").textContent = clock;
    this.at.setAttribute("aria-valuetext", this.layers.length ? `${clock}. ${this.sight()}` : clock);
    const x = String((1000 * seconds) / this.length);
    for (const line of this.form.querySelectorAll(".playhead")) {
      line.setAttribute("x1", x);
      line.setAttribute("x2", x);
    }
  }
}

const prepare = () => {
  for (const form of document.querySelectorAll("[data-eye]:not([data-ready])")) {
    form.dataset.ready = "yes";
    new Eye(form);
  }
};
document.addEventListener("htmx:afterSwap", prepare);
prepare();
