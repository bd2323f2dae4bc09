// @ts-check
// Changes parts of a page in place, by a few attributes of htmx. Without it, each link and form leads to a whole page.
(() => {
  /** @typedef {{ url: string, from: HTMLElement, history?: string, body?: URLSearchParams, isQuiet?: boolean }} Ask */
  /** @param {Element} element @param {string} name */
  const said = (element, name) => element.closest(`[data-hx-${name}]`)?.getAttribute(`data-hx-${name}`) || "";
  const here = () => location.pathname + location.search;
  let shown = here();
  /** @type {AbortController | undefined} */
  let asked; // the next press takes its place

  /** @param {HTMLFormElement} form */
  const typedIn = (form) => new URLSearchParams(/** @type {any} */ (new FormData(form)));

  /** @param {Element | null} old @param {Element | null} fresh @param {boolean} isInside */
  const replace = (old, fresh, isInside) => {
    if (!old || !fresh) return;
    if (isInside) return void (old.innerHTML = fresh.innerHTML);
    const focused = old.contains(document.activeElement) ? document.activeElement?.id || "" : "";
    old.replaceWith(fresh);
    begin(fresh);
    if (focused && fresh.querySelector(`#${CSS.escape(focused)}`)) {
      document.getElementById(focused)?.focus({ preventScroll: true });
    }
  };

  /** @param {HTMLElement} from */
  const targetOf = (from) => said(from, "target") || `#${from.id}`;
  /** @param {HTMLElement} from @param {Document} found */
  const partFor = (from, found) => found.querySelector(said(from, "select") || targetOf(from));

  /** @param {Document} found @param {HTMLElement} from */
  const change = (found, from) => {
    const target = targetOf(from);
    if (found.title) document.title = found.title;
    for (const one of said(from, "select-oob").split(",").filter(Boolean)) {
      const [name, how] = one.split(":");
      replace(document.querySelector(name), found.querySelector(name), how === "innerHTML");
    }
    for (const one of found.querySelectorAll("[data-hx-swap-oob]")) {
      replace(document.getElementById(one.id), one, true);
    }
    replace(document.querySelector(target), partFor(from, found), false);
    /** @type {HTMLElement | null} */
    const first = document.querySelector(`${target}[autofocus], ${target} [autofocus]`);
    first?.focus({ preventScroll: true });
  };

  /** Say that a press reached nobody; said anew each time. @param {HTMLButtonElement} button */
  const sayNoLine = (button) => {
    const words = document.createElement("span");
    words.role = "alert";
    words.textContent = ` ${button.dataset.noLine || ""}`;
    button.parentElement?.replaceChildren(button, words);
  };

  /** @param {Ask} ask */
  const get = async ({ url, from, history: kept, body, isQuiet }) => {
    if (isQuiet && from.classList.contains("is-asking")) return; // pressed twice, or asked by a slow line
    if (!isQuiet) asked?.abort();
    const stop = new AbortController();
    if (!isQuiet) asked = stop;
    from.classList.add("is-asking");
    let isAnswered = false;
    try {
      const headers = { "HX-Request": "true", ...(from.id && { "HX-Trigger": from.id }) };
      const answer = await fetch(url, { headers, signal: stop.signal, method: body ? "POST" : "GET", body });
      isAnswered = true;
      const elsewhere = answer.headers.get("HX-Redirect");
      if (elsewhere) return location.assign(elsewhere);
      if (!answer.ok) throw new Error(String(answer.status));
      const found = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (stop.signal.aborted || !from.isConnected) return;
      if (!partFor(from, found)) throw new Error("another page"); // the answer led elsewhere
      const hash = new URL(url, location.href).hash;
      if (kept === "push") history.pushState(null, "", answer.url + hash);
      if (kept === "replace") history.replaceState(history.state, "", answer.url);
      if (kept) shown = here();
      change(found, from);
      if (hash) document.querySelector(hash)?.scrollIntoView();
      document.dispatchEvent(new Event("part:changed"));
    } catch {
      // The page itself says what is wrong; what nobody pressed asks again.
      if (stop.signal.aborted || !from.isConnected) return;
      if (kept === "push") location.assign(url);
      else if (!(from instanceof HTMLButtonElement)) return;
      else if (isAnswered) from.form?.requestSubmit?.(from);
      else sayNoLine(from);
    } finally {
      from.classList.remove("is-asking");
    }
  };

  /** @param {HTMLFormElement} form @param {string} kept */
  const askByForm = (form, kept) => {
    void get({ url: `${said(form, "get")}?${typedIn(form)}`, from: form, history: kept });
  };

  /** @param {ParentNode} part */
  const begin = (part) => {
    for (const one of [part, ...part.querySelectorAll("[data-hx-trigger]")]) {
      if (!(one instanceof HTMLElement)) continue;
      const { hxTrigger = "", hxGet, hxPost = "" } = one.dataset;
      const [, every, after] = /^(?:every (\d+)s|load delay:(\d+)s)$/.exec(hxTrigger) || [];
      const form = one.closest("form");
      const body = () => (hxPost && form ? typedIn(form) : undefined);
      const ask = () => get({ url: hxGet || hxPost, from: one, body: body(), isQuiet: true });
      if (after) setTimeout(() => one.isConnected && ask(), Number(after) * 1000);
      if (every) {
        const timer = setInterval(() => (one.isConnected ? ask() : clearInterval(timer)), Number(every) * 1000);
      }
      // Each choice follows at once: its button has nothing left to do.
      if (hxTrigger === "change") for (const button of one.querySelectorAll("button")) button.hidden = true;
    }
  };

  document.addEventListener("click", (event) => {
    const at = event.target instanceof Element ? event.target : null;
    /** @type {HTMLElement | null} */
    const pressed = at && at.closest("a[href], button[data-hx-post]");
    const isElsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button > 0;
    if (!pressed || isElsewhere || event.defaultPrevented) return;
    if (pressed instanceof HTMLAnchorElement && pressed.closest("[data-hx-boost]")) {
      event.preventDefault();
      void get({ url: pressed.href, from: pressed, history: "push" });
    } else if (pressed instanceof HTMLButtonElement && pressed.form) {
      event.preventDefault();
      void get({ url: said(pressed, "post"), from: pressed, body: typedIn(pressed.form), isQuiet: true });
    }
  });

  document.addEventListener("change", (event) => {
    const form = event.target instanceof Element && event.target.closest("form");
    if (form && form.dataset.hxTrigger === "change") askByForm(form, "push");
  });

  let typing = 0;
  document.addEventListener("input", (event) => {
    const field = event.target;
    const form = field instanceof HTMLInputElement && field.type === "search" ? field.form : null;
    if (!form || !form.dataset.hxReplaceUrl) return;
    clearTimeout(typing);
    typing = setTimeout(() => askByForm(form, "replace"), 300);
  });

  addEventListener("popstate", () => {
    if (here() !== shown) location.reload();
  });

  begin(document);
})();
