// @ts-check
// Reads a QR code off the screen, as a phone's camera does.
import decodeQR from 'qr/decode.js';

/** @typedef {import('playwright-core').Locator} Locator */

/**
 * The text of the code that an element shows.
 * @param {Locator} picture
 * @returns {Promise<string>} throws where the picture holds no readable code
 */
export async function scan(picture) {
  const png = (await picture.screenshot()).toString('base64');
  const seen = await picture.page().evaluate(async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.width;
    canvas.height = image.height;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    context.drawImage(image, 0, 0);
    const pixels = context.getImageData(0, 0, image.width, image.height);
    return { width: pixels.width, height: pixels.height, data: Array.from(pixels.data) };
  }, png);
  return decodeQR({ width: seen.width, height: seen.height, data: Uint8ClampedArray.from(seen.data) }, { timeLimit: 5000 });
}
