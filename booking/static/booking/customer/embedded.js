// @ts-check
// Tells the page around this frame how tall it is, so that nothing scrolls twice: more or less than before.
// Only a site that the store named can be that page (frame-ancestors), and a height is no secret.
if (parent !== window) {
  const tell = () => parent.postMessage({ carillonHeight: document.body.getBoundingClientRect().height }, "*");
  new ResizeObserver(tell).observe(document.body);
  addEventListener("load", tell);
}
