// @ts-check
// Outputs as n8n itself draws them, and outcomes that come when nothing waits for them.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

const require = createRequire(import.meta.url);
const { NodeHelpers, Workflow } = require('n8n-workflow');
const { WhatsAppActivity } = require('../dist/nodes/WhatsAppActivity/WhatsAppActivity.node.js');
const { WhatsAppRobot } = require('../dist/nodes/WhatsAppRobot/WhatsAppRobot.node.js');
const { waysOf } = require('../dist/shared/wait/outputs.js');

/** The labels that n8n draws at a node with these parameters. @param {any} type @param {object} parameters @returns {string[]} */
function labels(type, parameters) {
  const node = { id: '1', name: 'Node', type: 'test', typeVersion: 1, position: [0, 0], parameters };
  const workflow = new Workflow({ id: 'w', nodes: [node], connections: {}, active: false, nodeTypes: { getByName: () => type, getByNameAndVersion: () => type } });
  return NodeHelpers.getNodeOutputs(workflow, workflow.getNode('Node'), type.description)
    .map((/** @type {any} */ output) => output.displayName ?? output.type);
}

const ends = ['No Answer', 'Other Answer', 'Cancelled'];
const texts = (/** @type {string[]} */ ...list) => ({ values: list.map((text) => ({ text })) });

test('a question has an output for each end, then one for each choice by its text', () => {
  const asks = new WhatsAppActivity();
  const buttons = (/** @type {string[]} */ ...list) => labels(asks, { operation: 'sendAndWait', ask: 'buttons', buttons: texts(...list) });
  assert.deepEqual(buttons('Да', 'Нет'), [...ends, 'Да', 'Нет']);
  // One more choice moves none of the others.
  assert.deepEqual(buttons('Да', 'Нет', 'Позже').slice(0, 5), buttons('Да', 'Нет'));
  assert.deepEqual(buttons('Да', ' ', '={{ $json.third }}'), [...ends, 'Да', 'Button 2']);
  assert.deepEqual(labels(asks, { operation: 'sendAndWait', ask: 'buttons', buttons: {} }), ends);
  assert.deepEqual(labels(asks, { operation: 'sendAndWait', ask: 'text' }), ['No Answer', 'Answered', 'Other Answer', 'Cancelled']);
  assert.deepEqual(labels(asks, { operation: 'sendAndWait', ask: 'list', rows: texts('A', 'B') }), [...ends, 'A', 'B']);
});

test('a robot decides by Yes and No, and sends by one output', () => {
  const robot = new WhatsAppRobot();
  assert.deepEqual(labels(robot, { operation: 'checkNumber' }), ['Yes', 'No', 'Not Checked']);
  assert.deepEqual(labels(robot, { operation: 'sendMessage' }), ['main']);
  assert.deepEqual(labels(robot, { operation: 'sendAndWait', ask: 'buttons', buttons: texts('Да') }), [...ends, 'Да']);
});

test('a choice that the customer did not see keeps its output; one that is not drawn is another answer', () => {
  const specs = [
    { id: 'no_answer', label: '', takes: ['no_answer'] },
    { id: 'other', label: '', takes: ['other'] },
    { id: 'choice', label: '', takes: ['button'], perChoice: { param: 'buttons', list: 'values', text: 'text' } },
  ];
  const ways = waysOf(specs, () => texts('a', '={{ x }}', 'c'), () => texts('a', '', 'c'));
  assert.equal(ways.count, 5);
  assert.deepEqual([ways.to('no_answer', 0), ways.to('other', 0), ways.to('button', 1), ways.to('button', 2)], [0, 1, 2, 4]);
  assert.equal(ways.to('button', 7), 1);
});

/** A waiting execution as n8n hands it to the webhook, and what is posted. @param {object} posted @param {object} [entry] */
function held(posted, entry = { metadata: { nodelineRound: 'run-0' } }) {
  const node = { id: 'n', name: 'Ask', type: 'x', typeVersion: 1, position: [0, 0], parameters: {}, rewireOutputLogTo: 'ai_tool' };
  const copy = { node: { ...node, rewireOutputLogTo: undefined }, data: { main: [[{ json: { name: 'Anna' } }]] }, source: null, metadata: { nodelineRound: 'run-0' } };
  const stack = [{ node, data: { main: [[]] }, source: null, ...entry }, copy];
  const round = { asks: { mine: { item: 0, ask: { id: 'mine' } } }, refused: [] };
  const run = { executionData: { nodeExecutionStack: stack, contextData: { 'node:Ask': { nodelineRounds: { 'run-0': round } } } } };
  return { stack, copy, round, ctx: { runExecutionData: run, getNode: () => node, getBodyData: () => posted } };
}
const outcome = (/** @type {string} */ id) => ({ kind: 'ask.outcome', ask: { id, reply: { url: 'secret' }, outcome: { kind: 'other' } } });
const take = (/** @type {any} */ ctx) => new WhatsAppActivity().webhook.call(ctx);

test('an outcome wakes the node with the input that it had', async () => {
  const { ctx, stack, copy, round } = held(outcome('mine'));
  assert.deepEqual(await take(ctx), { webhookResponse: { resumed: true }, workflowData: [[{ json: { name: 'Anna' } }]] });
  assert.deepEqual(stack, [copy]);
  assert.equal(copy.node.rewireOutputLogTo, 'ai_tool');
  assert.deepEqual(round.asks.mine.ask, { id: 'mine', outcome: { kind: 'other' } });
});

test('an outcome of an earlier round, or one that is here already, is taken without effect', async () => {
  const stale = held(outcome('earlier'));
  assert.deepEqual(await take(stale.ctx), { webhookResponse: { resumed: true } });
  assert.equal(stale.stack.length, 2);
  const twice = held(outcome('mine'));
  await take(twice.ctx);
  twice.stack.unshift({ ...twice.copy });
  assert.deepEqual(await take(twice.ctx), { webhookResponse: { resumed: true } });
  const elsewhere = held(outcome('mine'), { metadata: {} });
  assert.deepEqual(await take(elsewhere.ctx), { webhookResponse: { resumed: true } });
});

test('what is no outcome is not taken', async () => {
  for (const posted of [{}, { kind: 'test' }, { kind: 'ask.outcome', ask: { id: 'mine' } }]) {
    const { ctx, stack } = held(posted);
    assert.deepEqual(await take(ctx), { webhookResponse: { resumed: false } });
    assert.equal(stack.length, 2);
  }
});

/**
 * A node that n8n runs again because the time to wait is over.
 * @param {object[]} asks what the sidecar tells of the execution's questions
 */
function overdue(asks) {
  const deadline = new Date(Date.now() - 60_000).toISOString();
  const { ctx, round } = held({});
  round.asks.mine.ask = /** @type {any} */ ({ id: 'mine', line: 'demo', chat: { phone: '+79000000002' }, deadline });
  const stack = ctx.runExecutionData.executionData.nodeExecutionStack;
  const entry = stack.pop();
  stack.length = 0;
  /** @type {Date[]} */ const waits = [];
  return {
    stack, waits, round,
    ctx: {
      ...ctx,
      getWorkflowDataProxy: () => ({ $runIndex: 1 }),
      getExecuteData: () => entry, getExecutionId: () => '7', getMode: () => 'trigger', getTimezone: () => 'UTC',
      getInputData: () => [{ json: { name: 'Anna' } }], getParentNodes: () => [], getChildNodes: () => [],
      getNode: () => ({ ...ctx.getNode(), parameters: { authentication: 'token', buttons: texts('Да') } }),
      getNodeParameter: (/** @type {string} */ name, /** @type {number} */ _item, /** @type {any} */ fallback) => ({ operation: 'sendAndWait', ask: 'buttons', buttons: texts('Да') })[name] ?? fallback,
      getWorkflowSettings: () => ({ executionOrder: 'v1' }), continueOnFail: () => false, isToolExecution: () => false, addExecutionHints: () => undefined,
      getCredentials: async () => ({ sidecarUrl: 'http://127.0.0.1:1' }),
      putExecutionToWait: async (/** @type {Date} */ till) => { waits.push(till); },
      helpers: { httpRequestWithAuthentication: async () => ({ jsonrpc: '2.0', id: 1, result: { asks, deliveries: [] } }) },
    },
  };
}
const run = (/** @type {any} */ ctx) => new WhatsAppActivity().execute.call(ctx);

test('a question whose turn came late is waited for until its own deadline', async () => {
  const later = new Date(Date.now() + 3_600_000).toISOString();
  const { ctx, stack, waits } = overdue([{ id: 'mine', line: 'demo', chat: {}, deadline: later }]);
  assert.deepEqual(await run(ctx), [[], [], [], []]);
  assert.deepEqual(waits, [new Date(Date.parse(later) + 30_000)]);
  assert.equal(stack.length, 1);
});

test('a question that the sidecar still holds open is waited for', async () => {
  const past = new Date(Date.now() - 60_000).toISOString();
  const { ctx, waits } = overdue([{ id: 'mine', line: 'demo', chat: {}, deadline: past }]);
  assert.deepEqual(await run(ctx), [[], [], [], []]);
  const ahead = Number(waits[0]) - Date.now();
  assert.ok(ahead > 25_000 && ahead <= 30_000, String(ahead));
});

test('a question that the sidecar does not know any more is not answered', async () => {
  const { ctx, waits } = overdue([]);
  const [noAnswer] = await run(ctx);
  assert.equal(noAnswer[0].json.outcome.reason, 'ask_not_found');
  assert.deepEqual(waits, []);
});

/** A context whose calls all fail. @param {any} ctx @param {() => unknown} answer */
const failing = (ctx, answer) => ({ ...ctx, helpers: { httpRequestWithAuthentication: async () => answer() } });
const refusal = (/** @type {string} */ code, message = 'No.') => () => ({ jsonrpc: '2.0', id: 1, error: { code: -32000, message, data: { code, message, hint: 'Do this.' } } });

test('a question that the sidecar does not tell of is not answered, and the reason is why', async () => {
  for (const [answer, reason] of /** @type {[() => unknown, string][]} */ ([
    [() => { throw Object.assign(new Error('fetch failed'), { cause: { code: 'ECONNREFUSED' } }); }, 'sidecar_unreachable'],
    [refusal('line_not_found'), 'line_not_found'],
    [() => 'a page', 'not_a_sidecar'],
  ])) {
    const { ctx, waits } = overdue([]);
    const [noAnswer] = await run(failing(ctx, answer));
    assert.deepEqual([noAnswer[0].json.outcome.kind, noAnswer[0].json.outcome.reason], ['no_answer', reason]);
    assert.deepEqual(waits, []);
  }
});

test('where the sidecar refuses the token, a question is an error and not an answer that nobody gave', async () => {
  for (const code of ['unauthorized', 'forbidden']) {
    const { ctx } = overdue([]);
    await assert.rejects(run(failing(ctx, refusal(code, 'The token is not valid.'))), (/** @type {any} */ error) => {
      assert.equal(error.message, 'Whether the customer answered is not known. The token is not valid.');
      assert.deepEqual([error.context.code, error.description, error.context.itemIndex], [code, 'Do this.', 0]);
      return true;
    });
    const goesOn = overdue([]);
    const [first, ...others] = await run({ ...failing(goesOn.ctx, refusal(code)), continueOnFail: () => true });
    assert.equal(first[0].json.error.code, code);
    assert.deepEqual(others, [[], [], []]);
  }
  const { ctx } = overdue([]);
  const gone = { ...ctx, getCredentials: async () => { throw new Error('The credential does not exist.'); } };
  await assert.rejects(run(gone), (/** @type {any} */ error) => error.context.code === 'unauthorized' && /not known\. The credential does not exist/.test(error.message));
});

test('a sidecar that asks to slow down is asked again', async () => {
  const { ctx, waits } = overdue([]);
  assert.deepEqual(await run(failing(ctx, refusal('rate_limited'))), [[], [], [], []]);
  const ahead = Number(waits[0]) - Date.now();
  assert.ok(ahead > 25_000 && ahead <= 30_000, String(ahead));
});

test('a line that cannot be asked about keeps no other line\'s answer back', async () => {
  const { ctx, round } = overdue([]);
  const deadline = new Date(Date.now() + 3_600_000).toISOString();
  Object.assign(round.asks, { other: { item: 1, ask: { id: 'other', line: 'second', chat: {}, deadline } } });
  const told = { id: 'other', line: 'second', chat: {}, deadline, outcome: { kind: 'button', answer: { text: 'Да', id: '1', index: 1, raw: '1' } } };
  const helpers = { httpRequestWithAuthentication: async (/** @type {string} */ _type, /** @type {any} */ { body }) =>
    body.params.line === 'demo' ? refusal('line_not_found')() : { jsonrpc: '2.0', id: 1, result: { asks: [told], deliveries: [] } } };
  const outputs = await run({ ...ctx, helpers, getInputData: () => [{ json: { name: 'Anna' } }, { json: { name: 'Boris' } }] });
  assert.deepEqual(outputs.map((/** @type {any[]} */ items) => items.map(({ json }) => json.outcome.reason ?? json.answer.text)), [['line_not_found'], [], [], ['Да']]);
});

test('a flow that stops takes back every question, also where one of them cannot be', async () => {
  const { ctx, round } = overdue([]);
  const deadline = new Date(Date.now() + 3_600_000).toISOString();
  const error = { code: 'message_expired', message: 'It was not sent in time.' };
  Object.assign(round.asks.mine.ask, { deadline });
  for (const [i, id] of ['second', 'third'].entries()) Object.assign(round.asks, { [id]: { item: i + 1, ask: { id, line: 'demo', chat: {}, deadline } } });
  Object.assign(round.asks, { failed: { item: 3, ask: { id: 'failed', line: 'demo', chat: {}, deadline, outcome: { kind: 'error', error } } } });
  /** @type {any[]} */ const calls = [];
  const helpers = { httpRequestWithAuthentication: async (/** @type {string} */ _type, /** @type {any} */ { body }) => {
    calls.push(body);
    if (body.method === 'ask.cancel' && body.params.id === 'mine') return refusal('ask_not_found')();
    return { jsonrpc: '2.0', id: 1, result: { asks: [], deliveries: body.params.state === 'open' ? [{ id: 'd1', ask: { id: 'third' } }] : [] } };
  } };
  /** @type {(() => Promise<void>)[]} */ const atEnd = [];
  await assert.rejects(run({ ...ctx, helpers, onExecutionFinish: (/** @type {() => Promise<void>} */ work) => { atEnd.push(work); } }), /not sent in time/);
  assert.equal(atEnd.length, 1);
  await assert.rejects(/** @type {any} */ (atEnd[0])(), (/** @type {any} */ problem) => problem.context.code === 'ask_not_found');
  assert.deepEqual(calls.filter(({ method }) => method === 'ask.cancel').map(({ params }) => [params.id, params.reason]),
    ['mine', 'second', 'third'].map((id) => [id, 'flow_stopped']));
  assert.deepEqual(calls.filter(({ method }) => method === 'delivery.ack').map(({ params }) => params.ids), [['d1']]);
});

test('an agent that does not wait for its tools has nobody asked', async () => {
  const { ctx, waits } = overdue([]);
  /** @type {unknown[]} */ const calls = [];
  const [[told, ...more], ...others] = await run({ ...failing(ctx, () => { calls.push(1); return {}; }), isToolExecution: () => true });
  assert.deepEqual([told.json.error.code, more, others], ['agent_cannot_wait', [], []]);
  assert.deepEqual([calls, waits], [[], []]);
});

test('a repeated try of a run gives what it gave before', async () => {
  const error = { code: 'expired', message: 'It was not sent in time.' };
  const { ctx } = overdue([{ id: 'mine', line: 'demo', chat: {}, outcome: { kind: 'error', error } }]);
  const goesOn = { ...ctx, continueOnFail: () => true };
  const [first] = await run(goesOn);
  assert.deepEqual([first[0].json.error.code, first[0].json.error.message, first[0].pairedItem], ['expired', error.message, { item: 0 }]);
  assert.deepEqual((await run(goesOn))[0], first);
  assert.deepEqual((await run({ ...goesOn, getWorkflowDataProxy: () => ({ $runIndex: 2 }) }))[0], []);
});

test('a question that ended with an error stops the flow', async () => {
  const { ctx } = overdue([{ id: 'mine', line: 'demo', chat: {}, outcome: { kind: 'error', error: { code: 'expired', message: 'It was not sent in time.' } } }]);
  await assert.rejects(run(ctx), /It was not sent in time/);
});

test('where n8n keeps its stack elsewhere, nobody is asked', async () => {
  const { ctx } = overdue([]);
  await assert.rejects(run({ ...ctx, runExecutionData: undefined }), /cannot hold a question open/);
});
