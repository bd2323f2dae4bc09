/* Carillon: a store's free times in a page of your own.
   <script src="…/embed.js" data-store="your-store" async></script>
   data-language chooses the language; without it, that of your page. */
(() => {
  const script = document.currentScript;
  const home = new URL(script.src).origin;
  const language = (script.dataset.language || document.documentElement.lang || "").slice(0, 2).toLowerCase();
  const known = ["fr", "en", "de", "es", "ar", "uk"].includes(language) ? `/${language}` : "";
  const query = script.dataset.visitType ? `?visit_type=${encodeURIComponent(script.dataset.visitType)}` : "";
  const frame = document.createElement("iframe");
  frame.src = `${home}${known}/embed/${encodeURIComponent(script.dataset.store)}/${query}`;
  frame.title = script.dataset.title || "Carillon";
  frame.loading = "lazy";
  frame.style.cssText = "width:100%;height:40rem;border:0;color-scheme:light dark";
  script.after(frame);
  addEventListener("message", (event) => {
    if (event.origin !== home || event.source !== frame.contentWindow) return;
    const height = Number(event.data && event.data.carillonHeight);
    if (height > 0 && height < 20000) frame.style.height = `${Math.ceil(height)}px`;
  });
})();
