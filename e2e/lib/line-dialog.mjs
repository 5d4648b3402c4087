// @ts-check
// The settings of a line in the editor: its QR code and how linking ends.
import { scan } from './qr.mjs';

/** @typedef {import('playwright-core').Page} Page */

export class LineDialog {
  /** @param {Page} page with the line's settings open */
  constructor(page) {
    this.page = page;
    this.code = page.locator('.nodeline-link-qr');
  }

  /** Presses "Link". */
  async link() {
    await this.page.locator('.nodeline-link-start').click();
  }

  /** Reads the code off the screen; undefined while there is none. */
  async scan() {
    await this.code.waitFor();
    return scan(this.code);
  }

  /** Waits until the dialog says that the line is linked, as which phone. @param {string} phone E.164 */
  async linked(phone) {
    await this.page.locator('.nodeline-link-done', { hasText: phone }).waitFor();
  }
}
