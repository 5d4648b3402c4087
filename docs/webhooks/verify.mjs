// Verifies a delivery of Nodeline in Node.js, without dependencies.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** How old a delivery may be, and how far ahead the sender's clock, in seconds. */
const tolerance = 5 * 60;

/**
 * Throws unless one of the signatures is by the secret and the time is near.
 *
 * @param {Buffer | string} body the request's body as it came, before any JSON parser
 * @param {Record<string, string>} headers their names in lower case
 * @param {string} secret what webhook.create or webhook.rotate showed: "whsec_..."
 * @param {number} [now] Unix seconds
 */
export function verify(body, headers, secret, now = Date.now() / 1000) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  if (!id || !timestamp || !signatures) throw new Error('a header is missing');
  if (!(Math.abs(now - Number(timestamp)) <= tolerance)) throw new Error('too old, or from the future');
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  for (const one of signatures.split(' ')) {
    const [version, text = ''] = one.split(',');
    const given = Buffer.from(text, 'base64');
    if (version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected)) return;
  }
  throw new Error('no signature fits');
}
