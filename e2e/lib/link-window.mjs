// @ts-check
// The window that a credential's "Connect" opens: the sidecar's page for linking.
import { PhonePage } from './phone.mjs';
import { scan } from './qr.mjs';

/** @typedef {import('playwright-core').Page} Page */

export class LinkWindow {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
  }

  /** @param {string} id */
  part(id) {
    return this.page.locator(`[data-test="${id}"]`);
  }

  /** Asks for the code of a new line. @param {string} name of the line, for people */
  async newLine(name) {
    await this.part('new-name').fill(name);
    await this.part('new-go').click();
  }

  /** Waits for the code and reads it off the screen. */
  async scan() {
    await this.part('link-qr').waitFor();
    return scan(this.part('link-qr'));
  }

  /** Has one of the sandbox's phones scan the code, on the phones' page; the window then closes by itself. @param {string} phone E.164 */
  async scanWith(phone) {
    const closed = this.page.waitForEvent('close');
    const [phones] = await Promise.all([this.page.waitForEvent('popup'), this.part('scan-here').click()]);
    await new PhonePage(phones).scanWith(phone);
    await phones.close();
    await closed;
  }
}
