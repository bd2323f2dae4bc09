// Shows saved pages one after the other in one document, as fast as they can be laid out, and looks at each.
// Styles are fetched once; what scripts would show is shown.
const sheets = new Map();

async function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const root = document.documentElement;
  for (const { name } of [...root.attributes]) root.removeAttribute(name);
  for (const { name, value } of fresh.documentElement.attributes) root.setAttribute(name, value);
  document.title = fresh.title;
  const links = [...fresh.querySelectorAll("link[rel=stylesheet]")];
  document.adoptedStyleSheets = await Promise.all(links.map((link) => sheet(link.getAttribute("href"), link.media)));
  for (const hidden of fresh.querySelectorAll("button[hidden]")) hidden.hidden = false;
  document.body.replaceWith(document.adoptNode(fresh.body));
}

async function sheet(href, media) {
  if (!sheets.has(href)) {
    const answer = await fetch(href);
    if (!answer.ok) throw new Error(`${href}: ${answer.status}`);
    sheets.set(href, await new CSSStyleSheet({ media }).replace(await answer.text()));
  }
  return sheets.get(href);
}

function inWords(element) {
  return element.cloneNode(false).outerHTML + element.textContent.trim().slice(0, 40);
}

// What stands out to the side, and by how much.
function overflow() {
  const root = document.documentElement;
  const pixels = root.scrollWidth - root.clientWidth;
  if (!pixels) return [];
  const isOut = (box) => box.width && (box.right > root.clientWidth + 0.5 || box.left < -0.5);
  const widest = [...document.body.querySelectorAll("*")].filter((one) => isOut(one.getBoundingClientRect())).pop();
  return [`${pixels} px: ${widest ? inWords(widest) : "?"}`];
}

// What a finger could miss. Links within a sentence are as high as it is, and need not be higher; every store on the
// map is on the list as well.
// How large the area is that an element lays over what is near it, by "::after", to be touched as well.
function areaOver(element) {
  const after = getComputedStyle(element, "::after");
  if (after.content === "none" || after.position !== "absolute") return { width: 0, height: 0 };
  return { width: parseFloat(after.width) || 0, height: parseFloat(after.height) || 0 };
}

function smallTargets(least) {
  const found = [];
  for (const element of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
    const isAround = (node) => node.nodeType === Node.TEXT_NODE && node.data.trim();
    const isInSentence = getComputedStyle(element).display === "inline" && [...element.parentNode.childNodes].some(isAround);
    if (isInSentence || element.closest(".skip, .visually-hidden, svg") || !element.checkVisibility({ visibilityProperty: true })) continue;
    const touched = element.matches("[type=checkbox], [type=radio]") ? element.closest("label") || element : element;
    const box = touched.getBoundingClientRect();
    const over = areaOver(touched);
    const [width, height] = [Math.max(box.width, over.width), Math.max(box.height, over.height)];
    if (Math.min(width, height) < least - 0.5) found.push(`${Math.round(width)} × ${Math.round(height)} px: ${inWords(element)}`);
  }
  return found;
}

async function barriers(options) {
  const { violations } = await axe.run(document, options);
  return violations.map((one) => `${one.id} (${one.impact}): ${one.nodes.map((node) => `${node.target}: ${node.failureSummary}`)}`);
}

// Looks at every page; returns what was found there.
async function lookAt(pages, look, given) {
  const found = [];
  for (const [name, html] of pages) {
    await show(html);
    found.push(...(await look(given)).map((one) => `${name}: ${one}`));
  }
  return found;
}
