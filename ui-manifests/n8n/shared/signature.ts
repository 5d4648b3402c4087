import { createHmac, timingSafeEqual } from 'crypto';

/** How old a delivery may be, and how far ahead the sidecar's clock, in seconds. */
const tolerance = 5 * 60;

/** Header names in lower case. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Whether a delivery was signed by the holder of the secret, lately: HMAC-SHA256 of
 * "id.timestamp.body", as docs/webhooks.md has it.
 * @param body as it came, before any JSON parser
 * @param secret "whsec_" and base64
 * @param now Unix seconds
 */
export function signed(body: Buffer | string, headers: Headers, secret: string, now: number): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') return false;
  if (!(Math.abs(now - Number(timestamp)) <= tolerance)) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  return signatures.split(' ').some((one) => {
    const [version, text = ''] = one.split(',');
    const given = Buffer.from(text, 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
}
