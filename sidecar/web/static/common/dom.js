// @ts-check
// Elements without markup strings: text is always text.

/** @typedef {string | number | Node | null | undefined | false} One */
/** @typedef {One | One[]} Child */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Makes an element. Properties that start with "on" become listeners, `true`
 * an empty attribute, `null`, `undefined` and `false` nothing.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any> | null} [props]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props, ...children) {
  const el = document.createElement(tag);
  assign(el, props || {});
  append(el, children);
  return el;
}

/**
 * Makes an SVG element.
 * @param {string} tag
 * @param {Record<string, any>} [props]
 * @param {...Child} children
 * @returns {SVGElement}
 */
export function s(tag, props, ...children) {
  const el = /** @type {SVGElement} */ (document.createElementNS(SVG, tag));
  assign(el, props || {});
  append(el, children);
  return el;
}

/** @param {Element} el @param {Record<string, any>} props */
function assign(el, props) {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) el.addEventListener(name.slice(2), value);
    else if (name === 'value') /** @type {any} */ (el).value = value;
    else el.setAttribute(name, value === true ? '' : String(value));
  }
}

/** @param {Element} el @param {Child[]} children */
function append(el, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(el, child);
    else el.append(child instanceof Node ? child : String(child));
  }
}

/** @type {WeakMap<Element, string>} */
const shown = new WeakMap();

/**
 * Makes a container's children show items: an item that did not change keeps
 * its element (and its focus, its scroll place, its open menu).
 * @template T
 * @param {Element} container
 * @param {T[]} items plain data; it is compared as JSON
 * @param {(item: T) => string} keyOf unique within the container
 * @param {(item: T) => HTMLElement} build
 */
export function keyed(container, items, keyOf, build) {
  /** @type {Map<string, HTMLElement>} */
  const old = new Map();
  for (const el of /** @type {Iterable<HTMLElement>} */ (container.children)) old.set(el.dataset.key || '', el);
  let place = container.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    const text = JSON.stringify(item);
    let el = old.get(key);
    old.delete(key);
    if (!el || shown.get(el) !== text) {
      const fresh = build(item);
      fresh.dataset.key = key;
      shown.set(fresh, text);
      if (el) {
        if (place === el) place = fresh;
        swap(el, fresh);
      }
      el = fresh;
    }
    if (el === place) place = place.nextElementSibling;
    else container.insertBefore(el, place);
  }
  for (const el of old.values()) el.remove();
}

/**
 * Shows one piece of data in a container, rebuilt only when the data changed.
 * @template T
 * @param {Element} container
 * @param {T} data
 * @param {(data: T) => HTMLElement} build
 */
export function single(container, data, build) {
  keyed(container, [data], () => 'one', build);
}

/** Replaces an element and keeps the focus where it was, by data-focus.
 * @param {HTMLElement} el @param {HTMLElement} fresh */
function swap(el, fresh) {
  const active = document.activeElement;
  const name = active instanceof HTMLElement && el.contains(active) ? active.dataset.focus : undefined;
  el.replaceWith(fresh);
  if (name === undefined) return;
  const again = [fresh, ...fresh.querySelectorAll('[data-focus]')]
    .find((x) => x instanceof HTMLElement && x.dataset.focus === name);
  if (again instanceof HTMLElement) again.focus({ preventScroll: true });
}

/** Writes a text where it differs. @param {Element} el @param {string} text */
export function setText(el, text) {
  if (el.textContent !== text) el.textContent = text;
}
