// @ts-check
// Questions that wait in a real n8n: branches, many items, loops, restarts, errors.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { until } from '../lib/until.mjs';
import { demoLine, workflow } from './rig.mjs';
import { branches, fanned, left, told, WaitsRig, ways } from './waits.mjs';

const rig = new WaitsRig('waits');
before(() => rig.up());
after(() => rig.stop());

/** A flow that asks and fans out. @param {string} name @param {Record<string, unknown>} [parameters] @param {object} [more] */
const fan = (name, parameters, more) => rig.flow(name, [rig.ask(parameters, more), ...told()], { Items: [['Ask']], Ask: fanned() });

describe('branches', () => {
  test('an answer leaves by its button, with the item it belongs to', async () => {
    const flow = await fan('button');
    const [anna] = await rig.customers('Анна', 1);
    assert.ok(anna);
    const id = await flow.start(anna);
    const waiting = await rig.open(id);
    const [ask] = await rig.asksOf(id);
    assert.equal(Date.parse(String(waiting.waitTill)) - Date.parse(ask.deadline), 30000);
    const [hint] = waiting.runs('Ask').at(-1).hints;
    assert.match(hint.message, /^Waiting for \+7901000\d{4} to answer until \d+ \w+ \d{4}, \d\d:\d\d \(.+\)\.$/);
    assert.deepEqual(waiting.ran, ['Start', 'Items', 'Ask']);

    await rig.answers(anna, '2');
    const done = await rig.n8n.reaches(id, 'success');
    assert.deepEqual(ways(done), { 'Нет': ['Анна1'] });
    const [item] = done.items('Ask', 4);
    assert.deepEqual(item?.pairedItem, { item: 0 });
    const { answer, outcome, chat, sandbox } = item?.json ?? {};
    assert.deepEqual([answer.text, answer.index, answer.raw, outcome.kind, chat.phone, sandbox], ['Нет', 2, '2', 'button', anna.phone, true]);
    assert.equal(item?.json.ask.reply, undefined);
    await rig.nothingLeft();
  });

  test('other words, no answer, a cancelled question', async () => {
    const flow = await fan('ends', { deadline: '={{ $json.seconds ?? 3600 }}', deadlineUnit: 'seconds', saveTo: 'wa.result', options: { cancelWords: 'стоп' } });
    const [other, nobody, stop, taken] = await rig.customers('E', 4);
    assert.ok(other && nobody && stop && taken);
    const ids = await inTurn([other, { ...nobody, seconds: 1 }, stop, taken], (item) => flow.start(item));
    await rig.answers(other, 'не знаю');
    await rig.answers(stop, 'Стоп');
    const ask = await until('the last question is asked', async () => (await rig.asksOf(ids[3] ?? ''))[0]);
    await rig.call('ask.cancel', { line: demoLine, id: ask.id, reason: 'called instead' });
    const [words, silence, said, ended] = await inTurn(ids, (id) => rig.n8n.reaches(id, 'success'));
    assert.deepEqual([words, silence, said, ended].map((one) => one && branchesOf(one)), [['Other Answer'], ['No Answer'], ['Cancelled'], ['Cancelled']]);
    const first = words?.items('Ask', 1)[0]?.json;
    assert.deepEqual([first.name, first.wa.result.answer.text], ['E1', 'не знаю']);
    // A blank answer is there, so that a condition can read it.
    const result = silence?.items('Ask')[0]?.json.wa.result;
    assert.deepEqual([result.outcome.kind, result.answer], ['no_answer', { text: '', id: '', index: 0, raw: '' }]);
    assert.equal(said?.items('Ask', 2)[0]?.json.wa.result.outcome.reason, 'customer_cancelled');
    assert.equal(ended?.items('Ask', 2)[0]?.json.wa.result.outcome.reason, 'called instead');
  });

  test('free text with a rule, a list and a poll', async () => {
    const free = ['No Answer', 'Answered', 'Other Answer', 'Cancelled'];
    const text = await rig.flow('rule', [rig.ask({ ask: 'text', answerKind: 'number' }), ...told(free)], { Items: [['Ask']], Ask: fanned(free) });
    const rows = { ask: 'list', rows: { values: ['Утро', '={{ $json.none }}', 'День', 'Вечер'].map((one) => ({ text: one })) } };
    const listed = ['No Answer', 'Other Answer', 'Cancelled', 'Утро', 'Blank', 'День', 'Вечер'];
    const list = await rig.flow('list', [rig.ask(rows), ...told(listed)], { Items: [['Ask']], Ask: fanned(listed) });
    const poll = await fan('poll', { ask: 'poll', pollOptions: { values: [{ text: 'Да' }, { text: 'Нет' }] } });
    const [counts, picks, votes] = await rig.customers('F', 3);
    assert.ok(counts && picks && votes);
    const ids = [await text.start(counts), await list.start(picks), await poll.start(votes)];
    await rig.answers(counts, 'много');
    await rig.answers(picks, 'вечер');
    await until('the wrong answer was read', async () => (await rig.asksOf(ids[0] ?? ''))[0]?.misses === 1);
    await rig.writes(counts.phone, '12,5');
    const question = await rig.arrives(votes.phone, 'F3');
    await rig.phone(`${votes.phone}/vote`, { chat: question.chat, message: question.id, options: ['Нет'] });
    const [first, second, third] = await inTurn(ids, (id) => rig.n8n.reaches(id, 'success'));
    assert.equal(first?.items('Answered')[0]?.json.answer.value, '12.5');
    // The row that came out blank was not asked, and keeps its output: the third choice leaves by the fourth.
    assert.deepEqual([second?.items('Вечер')[0]?.json.answer.index, second?.items('Вечер')[0]?.json.of], [3, 'F2']);
    assert.deepEqual(third && ways(third), { 'Нет': ['F3'] });
  });

  test('a robot checks a number, and its wait ends with the stage', async () => {
    const robot = (/** @type {object} */ options) => rig.ask({ options }, {}, 'Robot');
    const check = await rig.flow('check', [
      rig.node('Robot', 'Ask', { operation: 'checkNumber', phone: '={{ $json.phone }}', options: { item: '={{ $json.name }}', stage: 'new' }, saveTo: 'check' }),
      ...['Yes', 'No'].map((name) => ({ name, type: 'n8n-nodes-base.noOp', typeVersion: 1 })),
    ], { Items: [['Ask']], Ask: [['Yes'], ['No']] });
    const bad = await rig.flow('unchecked', [
      { ...rig.node('Robot', 'Ask', { operation: 'checkNumber', phone: '={{ $json.phone }}' }), onError: 'continueRegularOutput' },
      ...['Yes', 'No', 'Not'].map((name) => ({ name, type: 'n8n-nodes-base.noOp', typeVersion: 1 })),
    ], { Items: [['Ask']], Ask: [['Yes'], ['No'], ['Not']] });
    const unchecked = await rig.n8n.reaches(await bad.start({ phone: '12' }, { phone: '+79990000000' }), 'success');
    assert.deepEqual([left(unchecked, 'Yes').length, left(unchecked, 'No').length], [0, 1]);
    assert.equal(left(unchecked, 'Not')[0]?.json.error?.code, 'invalid_request');
    const waits = await rig.flow('stage', [{ ...robot({}), parameters: { ...robot({}).parameters, item: '={{ $json.name }}', stage: 'offer' } }, ...told()], { Items: [['Ask']], Ask: fanned() });
    const moved = await rig.flow('moved', [rig.node('Robot', 'Moved', { operation: 'stageChanged', item: '={{ $json.name }}', stage: 'won' })], { Items: [['Moved']] });
    const [deal] = await rig.customers('Deal', 1);
    assert.ok(deal);
    const id = await waits.start(deal);
    await rig.open(id);
    const checked = await rig.n8n.reaches(await check.start(deal, { name: 'Nobody', phone: '+79990000000' }), 'success');
    assert.deepEqual(left(checked, 'Yes').map(({ json }) => [json.name, json.check.exists, json.check.stage, json.check.item]), [['Deal1', 'Y', 'new', 'Deal1']]);
    assert.deepEqual(left(checked, 'No').map(({ json }) => [json.name, json.check.exists]), [['Nobody', 'N']]);
    const told1 = await rig.n8n.reaches(await moved.start(deal), 'success');
    assert.equal(told1.items('Moved')[0]?.json.asks.length, 1);
    const done = await rig.n8n.reaches(id, 'success');
    assert.deepEqual(ways(done), { Cancelled: ['Deal1'] });
    assert.equal(done.items('Ask', 2)[0]?.json.outcome.reason, 'stage_changed');
  });
});

describe('many items', () => {
  for (const goOn of ['each', 'together']) {
    test(`twenty answers at once, items go on ${goOn}`, async () => {
      const flow = await fan(`twenty-${goOn}`, { goOn });
      const items = await rig.customers(`T${goOn}`, 20);
      const id = await flow.start(...items);
      await rig.open(id, 20);
      await Promise.all(items.map(({ phone, name }) => rig.arrives(phone, name)));
      const say = (/** @type {number} */ i) => ['1', '2', 'может быть'][i % 3] ?? '';
      await Promise.all(items.map((item, i) => rig.writes(item.phone, say(i))));
      const done = await rig.n8n.reaches(id, 'success');
      const by = (/** @type {number} */ rest) => items.filter((_, i) => i % 3 === rest).map(({ name }) => name).sort();
      assert.deepEqual(ways(done), { 'Да': by(0), 'Нет': by(1), 'Other Answer': by(2) });
      for (const name of ['Да', 'Нет']) for (const { json } of left(done, name)) assert.equal(json.first, name);
      if (goOn === 'together') assert.equal(done.runs('Ask').length, 1);
      await rig.nothingLeft();
    });
  }

  test('each goes on when it is answered, while the others wait', async () => {
    const flow = await fan('each');
    const [one, two, three] = await rig.customers('G', 3);
    assert.ok(one && two && three);
    const id = await flow.start(one, two, three);
    await rig.open(id, 3);
    await rig.answers(two, '1');
    const still = await rig.open(id, 2);
    assert.deepEqual(ways(still), { 'Да': ['G2'] });
    assert.match(still.runs('Ask').at(-1).hints[0].message, /^Waiting for 2 answers: /);
    await Promise.all([rig.answers(one, '2'), rig.answers(three, '2')]);
    assert.deepEqual(ways(await rig.n8n.reaches(id, 'success')), { 'Да': ['G2'], 'Нет': ['G1', 'G3'] });
    await rig.nothingLeft();
  });

  test('an answer that comes while a later node waits is not lost', async () => {
    const second = { ...rig.ask({ chat: { __rl: true, mode: 'phone', value: "={{ $('Items').item.json.phone }}" }, message: "={{ $('Items').item.json.name }}, точно?" }), name: 'Sure' };
    const flow = await rig.flow('levels', [rig.ask(), second, ...told(['Да', 'Нет'])], { Items: [['Ask']], Ask: [[], [], [], ['Sure'], ['Нет']], Sure: [[], [], [], ['Да'], []] });
    const [one, two] = await rig.customers('L', 2);
    assert.ok(one && two);
    const id = await flow.start(one, two);
    await rig.open(id, 2);
    await rig.answers(one, '1');
    await rig.arrives(one.phone, 'L1, точно?');
    await rig.asked(id, 3, 2);
    await rig.answers(two, '2');
    await rig.asked(id, 3, 1);
    await rig.writes(one.phone, '1');
    const done = await rig.n8n.reaches(id, 'success');
    assert.deepEqual(ways(done), { 'Да': ['L1'], 'Нет': ['L2'] });
    assert.equal(left(done, 'Да')[0]?.json.first, 'Да');
    await rig.nothingLeft();
  });
});

describe('around the node', () => {
  test('rounds of a loop are not mixed', async () => {
    const again = { name: 'Again', type: 'n8n-nodes-base.noOp', typeVersion: 1 };
    const flow = await rig.flow('rounds', [rig.ask({ message: "={{ $('Items').item.json.name }}, придёте?", chat: { __rl: true, mode: 'phone', value: "={{ $('Items').item.json.phone }}" } }), again, ...told(['Да'])], { Items: [['Ask']], Ask: [[], ['Again'], [], ['Да'], []], Again: [['Ask']] });
    const items = await rig.customers('R', 2);
    const [one, two] = items;
    assert.ok(one && two);
    const id = await flow.start(one, two);
    await rig.open(id, 2);
    await rig.answers(one, 'а?');
    // The round goes on when both have answered.
    const held = await rig.open(id, 1);
    assert.deepEqual(ways(held, ['Да']), {});
    assert.equal(held.ran.includes('Again'), false);
    await rig.answers(two, '1');
    await rig.asked(id, 3, 1);
    await rig.answers(one, '1');
    const done = await rig.n8n.reaches(id, 'success');
    assert.deepEqual(ways(done, ['Да']), { 'Да': ['R1', 'R2'] });
    await rig.nothingLeft();
  });

  test('a loop over items has each batch answered before the next is asked', async () => {
    const loop = { name: 'Loop', type: 'n8n-nodes-base.splitInBatches', typeVersion: 3, parameters: { batchSize: 2, options: {} } };
    const end = { name: 'End', type: 'n8n-nodes-base.noOp', typeVersion: 1 };
    const flow = await rig.flow('batches', [loop, end, rig.ask(), ...told()], {
      Items: [['Loop']], Loop: [['End'], ['Ask']], Ask: fanned(), ...Object.fromEntries(branches.map((name) => [name, [['Loop']]])),
    });
    const [one, two, three] = await rig.customers('B', 3);
    assert.ok(one && two && three);
    const id = await flow.start(one, two, three);
    await rig.open(id, 2);
    await rig.answers(one, '1');
    await rig.open(id, 1);
    await rig.asked(id, 2, 1);
    await rig.answers(two, '1');
    await rig.asked(id, 3, 1);
    await rig.answers(three, '1');
    const done = await rig.n8n.reaches(id, 'success');
    assert.deepEqual(left(done, 'End').map(({ json }) => json.of), ['B1', 'B2', 'B3']);
    await rig.nothingLeft();
  });

  test('a sub-workflow gives back all its items', async () => {
    const out = { name: 'Out', type: 'n8n-nodes-base.set', typeVersion: 3.4, parameters: { mode: 'raw', options: {}, jsonOutput: "={{ JSON.stringify({ said: $json.answer.text, of: $('In').item.json.name }) }}" } };
    const inside = { name: 'In', type: 'n8n-nodes-base.executeWorkflowTrigger', typeVersion: 1.1, parameters: { inputSource: 'passthrough' } };
    const child = await rig.n8n.create(workflow('child', [inside, rig.ask(), out], { In: [['Ask']], Ask: [[], [], [], ['Out'], []] }));
    await rig.n8n.activate(child);
    const call = { name: 'Call', type: 'n8n-nodes-base.executeWorkflow', typeVersion: 1.2, parameters: { workflowId: { __rl: true, mode: 'id', value: child }, options: { waitForSubWorkflow: true } } };
    const flow = await rig.flow('parent', [call, { name: 'After', type: 'n8n-nodes-base.noOp', typeVersion: 1 }], { Items: [['Call']], Call: [['After']] });
    const [one, two] = await rig.customers('S', 2);
    assert.ok(one && two);
    const id = await flow.start(one, two);
    await rig.n8n.reaches(id, 'waiting');
    const [{ id: inner } = { id: '' }] = await rig.n8n.executions(child);
    await rig.open(inner, 2);
    await rig.answers(one, '1');
    await rig.open(inner, 1);
    await rig.answers(two, '1');
    const done = await rig.n8n.reaches(id, 'success');
    assert.deepEqual(done.items('After').map(({ json }) => [json.of, json.said]), [['S1', 'Да'], ['S2', 'Да']]);
    await rig.nothingLeft();
  });

  test('an item that cannot be asked leaves by the error output, or stops the flow', async () => {
    const failed = { name: 'Failed', type: 'n8n-nodes-base.noOp', typeVersion: 1 };
    const wires = { Items: [['Ask']], Ask: [...fanned(), ['Failed']] };
    const flow = await rig.flow('error-output', [rig.ask({}, { onError: 'continueErrorOutput', retryOnFail: true, maxTries: 2, waitBetweenTries: 0 }), ...told(), failed], wires);
    const [good, other] = await rig.customers('E', 2);
    assert.ok(good && other);
    const id = await flow.start({ name: 'Bad', phone: 'nobody' }, good);
    const waiting = await rig.open(id, 1);
    const [bad] = waiting.items('Failed');
    assert.deepEqual([bad?.json.name, bad?.json.error.code, bad?.json.error.field], ['Bad', 'invalid_request', 'chat']);
    await rig.answers(good, '1');
    const gone = await rig.n8n.reaches(id, 'success');
    assert.deepEqual([ways(gone), left(gone, 'Failed').length, (await rig.asksOf(id)).length], [{ 'Да': ['E1'] }, 1, 1]);

    const stops = await fan('error-stop');
    const stopped = await stops.start(other, { name: 'Bad', phone: 'nobody' });
    const ended = await rig.n8n.reaches(stopped, 'error');
    assert.match(ended.problem, /does not look like a phone number/);
    // Nobody is left with a question that leads nowhere.
    await rig.takenBack(stopped, 1);
    await rig.nothingLeft();
  });

  test('a repeated try asks nobody twice', async () => {
    const failed = { name: 'Failed', type: 'n8n-nodes-base.noOp', typeVersion: 1 };
    const flow = await rig.flow('repeated', [
      rig.ask({ message: '={{ $json.text }} {{ $now.toMillis() }}' }, { retryOnFail: true, maxTries: 3, waitBetweenTries: 0, onError: 'stopWorkflow' }), ...told(), failed,
    ], { Items: [['Ask']], Ask: fanned() });
    const [good] = await rig.customers('P', 1);
    assert.ok(good);
    const id = await flow.start({ ...good, text: 'Придёте?' }, { ...good, text: 'а'.repeat(2000) });
    // The later tries, which word the question otherwise, find the first one's: the other item is what fails.
    assert.match((await rig.n8n.reaches(id, 'error')).problem, /1024/);
    assert.equal((await rig.asksOf(id)).length, 1);
    await rig.takenBack(id, 1);
  });

  test('a flow that fails further on leaves no question open', async () => {
    const fails = { name: 'Fails', type: 'n8n-nodes-base.stopAndError', typeVersion: 1, parameters: { errorMessage: 'no room' } };
    const flow = await rig.flow('fails', [rig.ask(), fails], { Items: [['Ask']], Ask: [[], [], [], ['Fails'], []] });
    const [one, two] = await rig.customers('V', 2);
    assert.ok(one && two);
    const id = await flow.start(one, two);
    await rig.open(id, 2);
    await rig.answers(one, '1');
    assert.match((await rig.n8n.reaches(id, 'error')).problem, /no room/);
    await rig.takenBack(id, 1);
    await rig.nothingLeft();
  });

  test('a test run up to the node waits, and ends there; one up to a later node goes on to it', async () => {
    const manual = { name: 'Manual', type: 'n8n-nodes-base.manualTrigger', typeVersion: 1 };
    const items = { name: 'Items', type: 'n8n-nodes-base.set', typeVersion: 3.4, parameters: { mode: 'raw', options: {}, jsonOutput: '' } };
    const [one] = await rig.customers('M', 1);
    assert.ok(one);
    items.parameters.jsonOutput = JSON.stringify(one);
    const made = await rig.n8n.create(workflow('manual', [manual, items, rig.ask(), ...told()], { Manual: [['Items']], Items: [['Ask']], Ask: fanned() }));
    const id = await rig.n8n.run(made, { upTo: 'Ask' });
    const waiting = await rig.open(id, 1);
    assert.equal(waiting.mode, 'manual');
    await rig.answers(one, '2');
    const done = await rig.n8n.reaches(id, 'success');
    assert.equal(done.items('Ask', 4)[0]?.json.answer.text, 'Нет');
    assert.deepEqual(done.ran, ['Manual', 'Items', 'Ask']);

    // A node behind the question is tried with what comes before it: the question is asked, and answered.
    const next = await rig.n8n.run(made, { upTo: 'Да' });
    await rig.open(next, 1);
    await rig.writes(one.phone, '1');
    const tried = await rig.n8n.reaches(next, 'success');
    assert.deepEqual([tried.items('Да')[0]?.json.first, tried.ran], ['Да', ['Manual', 'Items', 'Ask', 'Да']]);
  });
});

describe('what ends and starts again', () => {
  test('an answer that comes while n8n is down, and one after the sidecar was killed', async () => {
    const flow = await fan('restarts');
    const [first, second] = await rig.customers('K', 2);
    assert.ok(first && second);
    const one = await flow.start(first);
    await rig.open(one);
    await rig.part('n8n').kill();
    await rig.answers(first, '1');
    await until('the answer is in', async () => (await rig.asksOf(one))[0]?.outcome);
    await rig.startN8n();
    assert.deepEqual(ways(await rig.n8n.reaches(one, 'success', 40000)), { 'Да': ['K1'] });
    const two = await flow.start(second);
    await rig.open(two);
    await rig.restartSidecar();
    await rig.answers(second, '2');
    assert.deepEqual(ways(await rig.n8n.reaches(two, 'success', 40000)), { 'Нет': ['K2'] });
    await rig.nothingLeft();
  });

  test('n8n goes on by itself where the sidecar cannot', async () => {
    const flow = await fan('alone', { deadline: 8, deadlineUnit: 'seconds' }, { alwaysOutputData: true });
    const items = await rig.customers('A', 2);
    const id = await flow.start(...items);
    const { waitTill } = await rig.n8n.reaches(id, 'waiting');
    await rig.part('sidecar').kill();
    await rig.part('n8n').stop();
    // n8n looks for what has to go on when it starts, and then once a minute.
    await until('the time to wait is over', () => Date.now() > Date.parse(String(waitTill)), { timeout: 60000 });
    await rig.startN8n();
    const done = await rig.n8n.reaches(id, 'success', 60000);
    assert.deepEqual(ways(done), { 'No Answer': ['A1', 'A2'] });
    for (const { json } of left(done, 'No Answer')) assert.deepEqual(json.outcome.reason, 'sidecar_unreachable');
    await rig.startSidecar();
  });
});

/** @template T, R @param {T[]} list @param {(one: T) => Promise<R>} work @returns {Promise<R[]>} */
async function inTurn(list, work) {
  const done = [];
  for (const one of list) done.push(await work(one));
  return done;
}

/** The branches that something came to. @param {import('../lib/n8n.mjs').Execution} execution */
const branchesOf = (execution) => branches.filter((name) => left(execution, name).length > 0);
