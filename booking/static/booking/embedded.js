// Tells the page around this frame how tall it is, so that nothing scrolls twice. A height is no secret.
if (parent !== window) {
  const tell = () => parent.postMessage({ carillonHeight: document.documentElement.scrollHeight }, "*");
  new ResizeObserver(tell).observe(document.body);
  tell();
}
