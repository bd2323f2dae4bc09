// @ts-check
/* Carillon: a store's free times in a page of your own.
   <script src="…/embed.js" data-store="your-store" data-title="Book a visit" async></script>
   data-language chooses the language; without it, that of your page. data-visit-type chooses what for. */
(() => {
  const script = document.currentScript;
  if (!(script instanceof HTMLScriptElement)) return;
  const { store, title, visitType } = script.dataset;
  const home = new URL(script.src).origin;
  const language = (script.dataset.language || document.documentElement.lang || "").slice(0, 2).toLowerCase();
  const start = home + (["fr", "en", "de", "es", "ar", "uk"].includes(language) ? `/${language}` : "");
  const name = encodeURIComponent(store || "");
  const frame = document.createElement("iframe");
  const asked = new URLSearchParams(visitType ? { visit_type: visitType } : {});
  // Dark only in a page that turns dark itself.
  const meta = document.querySelector("meta[name=color-scheme]");
  const schemes = `${getComputedStyle(document.documentElement).colorScheme} ${meta?.getAttribute("content")}`;
  if (schemes.includes("dark")) asked.set("scheme", "auto");
  frame.src = `${start}/embed/${name}/?${asked}`;
  frame.title = title || "Carillon";
  frame.loading = "lazy";
  frame.style.cssText = "width:100%;height:40rem;border:0";
  script.after(frame);
  let isShown = false;
  addEventListener("message", (event) => {
    if (event.origin !== home || event.source !== frame.contentWindow) return;
    const height = Number(event.data?.carillonHeight);
    if (!(height > 0 && height < 20000)) return;
    isShown = true;
    frame.style.height = `${Math.ceil(height)}px`;
  });
  // Where the frame is refused or blocked, a plain link leads on.
  frame.addEventListener("load", () =>
    setTimeout(() => {
      if (isShown || !frame.isConnected) return;
      const link = document.createElement("a");
      link.href = `${start}/s/${name}/`;
      link.textContent = title || "Carillon";
      frame.replaceWith(link);
    }, 3000),
  );
})();
