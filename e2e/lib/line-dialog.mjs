// @ts-check
// The settings of a line in the editor: its QR code and how linking ends.
import { scan } from './qr.mjs';

/** @typedef {import('playwright-core').Page} Page */

export class LineDialog {
  /** @param {Page} page with the line's settings open */
  constructor(page) {
    this.page = page;
    this.round = page.locator('#nodeline-round');
  }

  /** Presses "Link WhatsApp". */
  async link() {
    await this.page.locator('#nodeline-link').click();
  }

  /** Waits for the code and reads it off the screen. */
  async scan() {
    await this.page.locator('#nodeline-round[data-state="code"] #nodeline-qr[src^="data:image/"]').waitFor();
    return scan(this.page.locator('#nodeline-qr'));
  }

  /** Waits for a code to type on a phone. @param {string} [before] one that is not it */
  async typed(before = 'none') {
    const code = this.page.locator('#nodeline-phone-code', { hasText: /^\w{4}-\w{4}$/, hasNotText: before });
    await code.waitFor();
    return code.innerText();
  }

  /** Opens the sandbox's phone page with the code that is shown. */
  async openPhones() {
    await this.page.locator('#nodeline-phones').click();
  }

  /** Waits until the dialog says that the line is linked, as which phone. @param {string} phone E.164 */
  async linked(phone) {
    await this.page.locator('#nodeline-round[data-state="linked"] .nodeline-says', { hasText: phone }).waitFor();
  }
}
