// What needs neither n8n nor a sidecar: addresses, keys, errors, where results go.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { BadAddress, baseOf } from '../dist/generated/base.gen.js';
import { problemIn } from '../dist/generated/problem.gen.js';
import { verdictOn } from '../dist/shared/credential-test.js';
import { errorJson, failure, nodeError, problemOf } from '../dist/shared/errors.js';
import { keyOf, keyOfCall } from '../dist/shared/key.js';
import { hintsOf, itemOf, itemOfError, placed, problemOfResult, warningOf } from '../dist/shared/results.js';

// As n8n itself loads it.
const { NodeApiError, NodeOperationError } = createRequire(import.meta.url)('n8n-workflow');

const node = { id: 'a1', name: 'WhatsApp', type: 't', typeVersion: 1, position: [0, 0], parameters: {} };

for (const [typed, base] of Object.entries({
  ' http://127.0.0.1:7450/ ': 'http://127.0.0.1:7450',
  'http://127.0.0.1:7450/rpc': 'http://127.0.0.1:7450',
  'https://wa.example.com/nodeline/': 'https://wa.example.com/nodeline',
  'http://localhost:1': 'http://localhost:1',
  'http://nodeline:7450': 'http://nodeline:7450',
  'http://host.docker.internal:7450': 'http://host.docker.internal:7450',
  'http://192.168.1.5:7450': 'http://192.168.1.5:7450',
  'http://172.20.0.2': 'http://172.20.0.2',
  'http://100.101.102.103:7450': 'http://100.101.102.103:7450',
  'http://169.254.10.1:7450': 'http://169.254.10.1:7450',
  'http://[::1]:7450': 'http://[::1]:7450',
  'http://[fd00::1]:7450': 'http://[fd00::1]:7450',
})) {
  test(`the address ${typed} is taken`, () => assert.equal(baseOf(typed), base));
}

for (const [typed, says] of Object.entries({
  '': /empty/,
  'nodeline': /not a URL/,
  'ws://127.0.0.1:7450': /begins with "ws:"/,
  'http://me:secret@127.0.0.1': /name or password/,
  'http://wa.example.com': /readable on its way/,
  'http://172.32.0.2': /readable on its way/,
  'http://100.128.0.1': /readable on its way/,
  'http://169.253.0.1': /readable on its way/,
  'http://8.8.8.8': /readable on its way/,
  'http://[2001:db8::1]': /readable on its way/,
})) {
  test(`the address "${typed}" is refused in words`, () => assert.throws(() => baseOf(typed), (err) => err instanceof BadAddress && says.test(err.message) && err.hint.en !== ''));
}

test('a key is the same for every try, and another for another item, run, node or execution', () => {
  const one = { executionId: '17', nodeId: '0f3c2a10-aaaa-bbbb-cccc-1234567890ab', runIndex: 0, itemIndex: 2 };
  assert.equal(keyOf(one), keyOf({ ...one }));
  assert.match(keyOf(one), /^[A-Za-z0-9._:-]{1,128}$/);
  const others = [{ executionId: '18' }, { nodeId: '1f3c2a10' }, { runIndex: 1 }, { itemIndex: 3 }];
  assert.equal(new Set([keyOf(one), ...others.map((other) => keyOf({ ...one, ...other }))]).size, 5);
});

test('a key holds whatever n8n calls its executions', () => {
  assert.match(keyOf({ executionId: 'ä/'.repeat(200) + 'x'.repeat(200), nodeId: 'node 1', runIndex: 3, itemIndex: 999 }), /^[A-Za-z0-9._:-]{1,128}$/);
});

test('an agent\'s calls are told apart by what they say', () => {
  const call = { executionId: '17', nodeId: 'n1', runIndex: 0, itemIndex: 0 };
  assert.equal(keyOfCall(call, { text: 'a' }), keyOfCall({ ...call, runIndex: 1 }, { text: 'a' }));
  assert.notEqual(keyOfCall(call, { text: 'a' }), keyOfCall(call, { text: 'b' }));
  assert.match(keyOfCall({ ...call, executionId: 'x'.repeat(100), nodeId: 'y'.repeat(40) }, {}), /^[A-Za-z0-9._:-]{1,128}$/);
});

test('a result takes the item\'s place, or a field of it', () => {
  const input = { name: 'Anna', wa: { old: 1 }, list: [1] };
  assert.deepEqual(placed(input, { status: 'sent' }, ' '), { status: 'sent' });
  assert.deepEqual(placed(input, { status: 'sent' }, 'sent'), { ...input, sent: { status: 'sent' } });
  assert.deepEqual(placed(input, { status: 'sent' }, 'wa.text.sent'), { ...input, wa: { old: 1, text: { sent: { status: 'sent' } } } });
  assert.deepEqual(placed(input, { a: 1 }, 'list.x'), { ...input, list: { x: { a: 1 } } });
  assert.deepEqual(input, { name: 'Anna', wa: { old: 1 }, list: [1] });
});

test('only what certainly did not go is an error; what may have gone is a warning', () => {
  const error = { code: 'whatsapp_refused', message: 'WhatsApp refused it.' };
  assert.deepEqual(problemOfResult({ status: 'failed', error }), error);
  assert.equal(problemOfResult({ status: 'failed' })?.code, 'internal');
  for (const status of ['queued', 'sending', 'sent', 'delivered', 'unknown']) assert.equal(problemOfResult({ status, error }), undefined, status);
  assert.equal(warningOf({ status: 'unknown', error: { code: 'send_unknown', message: 'It may have gone.' } }), 'It may have gone.');
  assert.equal(warningOf({ status: 'sent', warning: 'window_closed', warningText: 'The window is closed.' }), 'The window is closed.');
  assert.equal(warningOf({ status: 'queued', waitsFor: { kind: 'pause', text: 'The line is paused.' } }), 'Not sent yet. The line is paused.');
  assert.equal(warningOf({ status: 'sent' }), undefined);
});

test('an item keeps its files, and a new one takes a name that is free', () => {
  const file = { mimeType: 'text/plain', data: '' };
  const input = { json: { a: 1 }, binary: { data: { ...file, fileName: 'old' }, data_1: file } };
  const { json, binary, pairedItem } = itemOf(input, 4, { result: { b: 2 }, binary: { data: { ...file, fileName: 'new' } } }, '');
  assert.deepEqual([json, pairedItem], [{ b: 2 }, { item: 4 }]);
  assert.deepEqual(Object.entries(binary ?? {}).map(([name, { fileName }]) => [name, fileName]), [['data', 'old'], ['data_1', undefined], ['data_2', 'new']]);
  assert.equal('binary' in itemOf({ json: {} }, 0, { result: {} }, ''), false);
});

test('a failed item is told by json.error alone, which n8n\'s error output knows', () => {
  const item = itemOfError(2, failure({ node, itemIndex: 2 }, { code: 'c', message: 'm', hint: 'h' }));
  assert.deepEqual(item, { json: { error: { message: 'm', code: 'c', hint: 'h' } }, pairedItem: { item: 2 } });
});

test('a warning is shown once, with how many items it is about', () => {
  assert.deepEqual(hintsOf(['x', 'y', 'x'], 5).map(({ message }) => message), ['2 of 5 items: x', '1 of 5 items: y']);
  assert.deepEqual(hintsOf(['x'], 1).map(({ message }) => message), ['x']);
  assert.deepEqual(hintsOf([], 3), []);
});

test('the sidecar\'s error is shown with its sentence, hint, code and field', () => {
  const said = { jsonrpc: '2.0', id: 1, error: { code: -32602, message: 'x', data: { code: 'invalid_request', message: 'Message: 5000 of 4096 characters.', hint: 'Shorten it.', field: 'text', issues: [{ field: 'text', label: 'Message', rule: 'max', message: '…' }] } } };
  const error = failure({ node, itemIndex: 3 }, problemIn(said));
  assert.equal(error.message, 'Message: 5000 of 4096 characters.');
  assert.equal(error.description, 'Shorten it.');
  assert.deepEqual([error.context.code, error.context.field, error.context.itemIndex], ['invalid_request', 'text', 3]);
  assert.deepEqual(Object.keys(errorJson(error)), ['message', 'code', 'hint', 'field', 'issues']);
});

test('n8n\'s own errors are read for what the sidecar said, else put in our words', () => {
  const said = { error: { message: 'The token is not valid.', data: { code: 'unauthorized', message: 'The token is not valid.' } } };
  const http = Object.assign(new NodeApiError(node, { message: '401' }, { httpCode: '401' }));
  http.context.data = said;
  assert.equal(problemOf(http, 'http://x').code, 'unauthorized');
  assert.equal(problemOf(new NodeApiError(node, { message: 'Not found' }, { httpCode: '404' }), 'http://x').code, 'not_a_sidecar');
  const refusedOne = problemOf({ message: 'fetch failed', cause: { code: 'ECONNREFUSED' } }, 'http://127.0.0.1:1');
  assert.deepEqual([refusedOne.code, refusedOne.retry], ['sidecar_unreachable', true]);
  assert.match(refusedOne.message, /http:\/\/127\.0\.0\.1:1 \(ECONNREFUSED\)/);
  assert.equal(problemOf(new TypeError('fetch failed'), 'http://x').code, 'sidecar_unreachable');
  const revoked = problemOf(new NodeOperationError(node, 'The credential needs to be reconnected.', { description: 'Open it.' }), 'http://x');
  assert.deepEqual(revoked, { code: 'unauthorized', message: 'The credential needs to be reconnected.', hint: 'Open it.' });
  assert.deepEqual(problemOf(new BadAddress({ en: 'No.', ru: 'Нет.' }, { en: 'Yes.', ru: 'Да.' }), ''), { code: 'bad_address', message: 'No.', hint: 'Yes.' });
});

test('an error that n8n knows keeps its item, any other gets one', () => {
  const known = failure({ node, itemIndex: 1 }, { code: 'c', message: 'm' });
  assert.equal(nodeError({ node, itemIndex: 2 }, known), known);
  assert.equal(known.context.itemIndex, 1);
  const other = nodeError({ node, itemIndex: 2 }, new TypeError('boom'));
  assert.ok(other instanceof NodeOperationError);
  assert.deepEqual([other.message, other.context.itemIndex], ['boom', 2]);
});

test('the test of a credential says what to do', () => {
  const line = { id: 'clinic', name: 'Clinic', state: 'connected', phone: '+79000000001' };
  assert.deepEqual(verdictOn([line], 'http://s'), { status: 'OK', message: 'Connected: Clinic (+79000000001)' });
  assert.match(verdictOn([], 'http://s').message, /^Not linked yet: open http:\/\/s /);
  assert.match(verdictOn([{ ...line, state: 'unlinked' }], 'http://s').message, /^Not linked yet: open http:\/\/s .*"Clinic"/);
  assert.match(verdictOn([{ ...line, state: 'logged_out' }], 'http://s').message, /^WhatsApp has unlinked this line/);
  assert.equal(verdictOn([{ ...line, state: 'reconnecting' }, { ...line, state: 'unlinked' }], 'http://s').status, 'OK');
});
