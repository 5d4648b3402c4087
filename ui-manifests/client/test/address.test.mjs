import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultPace, needsConsent, pause, readAddress, sameAddress } from '../dist/index.js';

test('addresses of a sidecar', () => {
  const cases = [
    ['http://127.0.0.1:7450', 'ws://127.0.0.1:7450/rpc?lang=en', 'http://127.0.0.1:7450/rpc'],
    [' ws://localhost:7450/ ', 'ws://localhost:7450/rpc?lang=en', 'http://localhost:7450/rpc'],
    ['http://[::1]:7450/rpc', 'ws://[::1]:7450/rpc?lang=en', 'http://[::1]:7450/rpc'],
    ['https://wa.example.test/nodeline/', 'wss://wa.example.test/nodeline/rpc?lang=en', 'https://wa.example.test/nodeline/rpc'],
  ];
  for (const [text, socket, http] of cases) {
    const address = readAddress(text, 'en');
    assert.equal(address.socket, socket);
    assert.equal(address.http, http);
  }
  for (const text of ['', '127.0.0.1:7450', 'ftp://127.0.0.1', 'http://user:pw@127.0.0.1', 'http://127.0.0.1.evil.test']) {
    assert.throws(() => readAddress(text, 'ru'), { code: 'bad_address', message: /[а-я]/, hint: /[а-я]/ }, text);
  }
});

test('plain http within private networks needs nobody, beyond them somebody has to allow it', () => {
  for (const text of ['http://10.0.0.5:7450', 'ws://nodeline:7450', 'http://box.local', 'http://[fd00::1]:7450', 'https://wa.example.com', '', 'ftp://x']) {
    assert.equal(needsConsent(text), false, text);
  }
  assert.equal(readAddress('ws://nodeline:7450', 'en').http, 'http://nodeline:7450/rpc');
  for (const text of ['http://wa.example.com', 'ws://8.8.8.8:7450', 'http://[2001:db8::1]']) {
    assert.equal(needsConsent(text), true, text);
    assert.throws(() => readAddress(text, 'en'), { code: 'bad_address', hint: /allow an unencrypted connection/ }, text);
    assert.equal(readAddress(text, 'en', true).base, text.replace('ws:', 'http:'));
  }
});

test('one sidecar under two spellings', () => {
  assert.ok(sameAddress('http://127.0.0.1:7450', 'ws://127.0.0.1:7450/rpc'));
  assert.ok(!sameAddress('http://127.0.0.1:7450', 'http://127.0.0.1:7451'));
  assert.ok(!sameAddress('http://127.0.0.1:7450', 'https://127.0.0.1:7450'));
  assert.ok(!sameAddress('', ''));
});

test('pauses grow to a minute, half of each by chance', () => {
  assert.deepEqual(defaultPace, { firstMs: 3_000, longestMs: 60_000 });
  const pace = { firstMs: 1_000, longestMs: 60_000 };
  assert.equal(pause(0, pace, () => 0), 500);
  assert.equal(pause(0, pace, () => 1), 1_000);
  assert.equal(pause(3, pace, () => 1), 8_000);
  assert.equal(pause(6, pace, () => 1), 60_000);
  assert.equal(pause(100_000, pace, () => 1), 60_000);
});
