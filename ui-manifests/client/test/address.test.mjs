import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pause, readAddress, sameAddress } from '../dist/index.js';

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
  for (const text of ['', '127.0.0.1:7450', 'ftp://127.0.0.1', 'http://user:pw@127.0.0.1', 'http://10.0.0.5:7450', 'http://127.0.0.1.evil.test']) {
    assert.throws(() => readAddress(text, 'ru'), { code: 'bad_address' }, text);
  }
  assert.equal(readAddress('http://10.0.0.5:7450', 'en', true).http, 'http://10.0.0.5:7450/rpc');
});

test('one sidecar under two spellings', () => {
  assert.ok(sameAddress('http://127.0.0.1:7450', 'ws://127.0.0.1:7450/rpc'));
  assert.ok(!sameAddress('http://127.0.0.1:7450', 'http://127.0.0.1:7451'));
  assert.ok(!sameAddress('http://127.0.0.1:7450', 'https://127.0.0.1:7450'));
  assert.ok(!sameAddress('', ''));
});

test('pauses grow from one second to a minute, half of each by chance', () => {
  const pace = { firstMs: 1_000, longestMs: 60_000 };
  assert.equal(pause(0, pace, () => 0), 500);
  assert.equal(pause(0, pace, () => 1), 1_000);
  assert.equal(pause(3, pace, () => 1), 8_000);
  assert.equal(pause(6, pace, () => 1), 60_000);
  assert.equal(pause(100_000, pace, () => 1), 60_000);
});
