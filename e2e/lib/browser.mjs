// @ts-check
// The installed Chromium, driven by playwright-core.
import { chromium } from 'playwright-core';
import { findChromium } from '../../scripts/lib/tools.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Browser} Browser */

/** Starts a headless browser that stays offline but for what the test opens. @returns {Promise<Browser>} */
export function openBrowser() {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('no Chromium: run just setup');
  return chromium.launch({
    executablePath,
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update',
      '--disable-sync', '--no-first-run', '--disable-quic', '--force-color-profile=srgb'],
  });
}

/**
 * A page in a context of its own, whose uncaught errors are collected.
 * @param {Browser} browser
 * @param {string} url
 * @param {{locale?: string, width?: number, height?: number, scale?: number}} [options]
 */
export async function openPage(browser, url, { locale = 'ru-RU', width = 1280, height = 800, scale = 1 } = {}) {
  const context = await browser.newContext({ locale, viewport: { width, height }, deviceScaleFactor: scale });
  context.setDefaultTimeout(15000);
  const page = await context.newPage();
  /** @type {string[]} */
  const errors = [];
  page.on('pageerror', (err) => errors.push(String(err)));
  await page.goto(url);
  return { page, errors };
}
