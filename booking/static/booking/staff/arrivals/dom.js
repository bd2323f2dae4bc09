// @ts-check
// Elements of the page: those that are there, and those that are made.

/** @typedef {string | Node | null | undefined} Child  What is empty is left out. */

/**
 * Return a part of the page that is sure to be there.
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} kind
 * @returns {T}
 */
export function part(root, selector, kind) {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`the page has no ${selector}`);
  return found;
}

/**
 * Make an element: `attributes` as they stand in HTML, children as text or elements; what is empty is left out.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | boolean | undefined>} attributes
 * @param {(Child | Child[])[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== "" && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat()) if (child !== "" && child !== null && child !== undefined) element.append(child);
  return element;
}

/**
 * Return a drawing that the page handed over, "" where there is none.
 * @param {string} name
 */
export function icon(name) {
  const held = document.getElementById(`icon-${name}`);
  return held instanceof HTMLTemplateElement ? held.content.cloneNode(true) : "";
}
