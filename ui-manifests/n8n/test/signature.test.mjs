// Deliveries are told from forgeries by the same cases as in every other language.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { signed } from '../dist/shared/signature.js';

/** @type {{name: string, secret: string, headers: Record<string, string>, body: string, now: number, ok: boolean}[]} */
const cases = JSON.parse(readFileSync(new URL('../../../docs/webhooks/vectors.json', import.meta.url), 'utf8'));

for (const { name, secret, headers, body, now, ok } of cases) {
  test(name, () => assert.equal(signed(Buffer.from(body), headers, secret, now), ok));
}

test('a header that comes twice is none', () => {
  const [first] = cases.filter(({ ok }) => ok);
  assert.ok(first);
  assert.equal(signed(first.body, { ...first.headers, 'webhook-id': [first.headers['webhook-id'] ?? '', 'x'] }, first.secret, first.now), false);
});
