// @ts-check
// The sandbox's phone page, used as a person would.

/** @typedef {import('playwright-core').Page} Page */

const digits = (/** @type {string} */ phone) => phone.replace(/\D/g, '');

export class PhonePage {
  /** @param {Page} page already on the phone page */
  constructor(page) {
    this.page = page;
  }

  /** Chooses a phone in the list. */
  async choose(/** @type {string} */ phone) {
    await this.page.locator(`[data-test="phone-${digits(phone)}"]`).click();
  }

  /** "Link a device" with the text of a QR code; the chosen phone becomes the line's. */
  async link(/** @type {string} */ qr) {
    await this.page.locator('[data-test="link-device"]').click();
    await this.page.locator('[data-test="qr-text"]').fill(qr);
    await this.#confirm();
  }

  /** On a page that was opened with a code: has one of the phones scan it. */
  async scanWith(/** @type {string} */ phone) {
    await this.page.locator(`[data-test="scan-with"][data-phone="${phone}"]`).click();
    await this.#confirm();
  }

  async #confirm() {
    await this.page.locator('[data-test="link-confirm"]').click();
    await this.page.locator('[data-test="link-success"]').waitFor();
    await this.page.locator('[data-test="link-done"]').click();
  }

  /** Opens the chosen phone's chat with another. */
  async openChat(/** @type {string} */ other) {
    await this.page.locator(`[data-test="chat-${digits(other)}"]`).click();
  }

  /** The newest bubble that holds a text. @param {string} text */
  bubble(text) {
    return this.page.locator('[data-test="bubble"]', { hasText: text }).last();
  }

  /** What a bubble shows: header, body, footer, labels. @param {string} text */
  async read(text) {
    const bubble = this.bubble(text);
    await bubble.waitFor();
    const one = async (/** @type {string} */ part) => {
      const found = bubble.locator(`[data-test="bubble-${part}"]`);
      return (await found.count()) ? (await found.innerText()).trim() : '';
    };
    return {
      id: (await bubble.getAttribute('data-id')) ?? '',
      header: await one('header'),
      body: await one('text'),
      footer: await one('footer'),
      buttons: (await bubble.locator('[data-test="bubble-button"]').allInnerTexts()).map((label) => label.trim()),
    };
  }

  /** Taps a button of the bubble that holds a text. @param {string} text @param {string} label */
  async tap(text, label) {
    const button = this.bubble(text).locator('[data-test="bubble-button"]').getByText(label, { exact: true });
    await button.click();
  }

  /** Types a message into the open chat and sends it. */
  async type(/** @type {string} */ text) {
    await this.page.locator('[data-test="composer"]').fill(text);
    await this.page.locator('[data-test="send"]').click();
    await this.bubble(text).waitFor();
  }
}
