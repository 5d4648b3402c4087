// @ts-check
// Every ready-made workflow on a real n8n, by every branch, with customers who answer.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { openBrowser } from '../lib/browser.mjs';
import { Customer, patience } from '../lib/customer.mjs';
import { N8nEditor } from '../lib/n8n-editor.mjs';
import { until } from '../lib/until.mjs';
import { root } from '../../scripts/lib/paths.mjs';
import { Rig } from './rig.mjs';
import { files, folder, isOurs, issuesOf, read, setFields, Taken } from './workflows.mjs';

/** A folder to keep the documents' pictures in (just pictures). */
const pictures = process.env.NODELINE_PICTURES;

/**
 * Keeps a picture of a part of the page.
 * @param {N8nEditor} editor
 * @param {string} name
 * @param {string} around a selector of what has to be seen
 */
async function picture(editor, name, around) {
  if (!pictures) return;
  const boxes = await editor.page.locator(around).evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON()));
  const [left, top] = [Math.min(...boxes.map(({ left }) => left)), Math.min(...boxes.map(({ top }) => top))];
  const right = Math.max(...boxes.map(({ right }) => right));
  // What is scrolled away is not seen.
  const bottom = Math.min(Math.max(...boxes.map(({ bottom }) => bottom)), 860);
  await editor.page.screenshot({
    path: path.join(pictures, `${name}.png`), animations: 'disabled', clip: { x: left - 12, y: top - 12, width: right - left + 24, height: bottom - top + 24 },
  });
}

/** The files that a test below walks. @type {string[]} */
const walked = [];

describe('ready-made workflows', () => {
  const rig = new Rig('workflows', { serve: ['--media-from', '127.0.0.1', '--pace', 'off'] });
  /** @type {Record<string, {id: string, name: string}>} */ let credentials;
  /** What the SMS provider was sent. @type {any[]} */ const texts = [];
  const elsewhere = createServer((request, response) => void take(request, response));
  let away = '';
  let last = 0;
  /** The workflow that is walked now. @type {Taken | undefined} */ let flowOf;

  before(async () => {
    await rig.up();
    // As the popup leaves it, so that the nodes keep the way to sign in that the files have.
    const token = (await rig.call('token.create', { name: 'n8n', scope: 'line', line: 'demo' })).token;
    credentials = await rig.n8n.createCredential('WhatsApp', 'nodelineOAuth2Api', { sidecarUrl: rig.sidecarUrl, oauthTokenData: { access_token: token, token_type: 'Bearer' } });
    await new Promise((resolve) => elsewhere.listen(0, '127.0.0.1', () => resolve(undefined)));
    const address = elsewhere.address();
    away = `http://127.0.0.1:${address && typeof address === 'object' ? address.port : 0}`;
  });
  after(async () => {
    elsewhere.closeAllConnections();
    elsewhere.close();
    await rig.stop();
  });

  /** The SMS provider and the site with the price list. @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async function take(request, response) {
    if (request.url === '/price-list.pdf') return void response.writeHead(200, { 'content-type': 'application/pdf' }).end('%PDF-1.4 prices');
    if (request.url !== '/send') return void response.writeHead(404).end();
    let body = '';
    for await (const chunk of request) body += chunk;
    texts.push(JSON.parse(body));
    return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"accepted":true}');
  }

  /** A person whom nobody knows yet. @param {string} name */
  const person = (name) => Customer.new(rig, `+7900200${String(last += 1).padStart(4, '0')}`, name);

  /** Several people, one after the other. @param {string[]} names @returns {Promise<Record<string, Customer>>} */
  async function people(...names) {
    /** @type {Record<string, Customer>} */ const all = {};
    for (const name of names) all[name] = await person(name);
    return all;
  }

  /** One workflow's test. @param {string} file @param {() => Promise<Taken>} walk every branch */
  function workflow(file, walk) {
    walked.push(file);
    test(file, async () => {
      try {
        await (await walk()).walked();
      } catch (err) {
        throw new Error(`${file}; failed executions: ${JSON.stringify(await flowOf?.problems())}`, { cause: err });
      } finally {
        await flowOf?.remove();
        flowOf = undefined;
      }
    });
  }

  /** @param {string} file @param {(of: (name: string) => any) => void} [fill] */
  const taken = async (file, fill) => (flowOf = await Taken.from(rig, file, credentials, fill));

  test('n8n marks nothing in them', async () => {
    const types = await rig.n8n.types();
    for (const file of files) assert.deepEqual(issuesOf(types, await read(file)), [], file);
  });

  test('they hold nothing of the n8n that they were made in', async () => {
    for (const file of files) {
      const { id, versionId, meta, active, pinData, nodes, ...rest } = await read(file);
      assert.deepEqual({ id, versionId, meta, active, pinData }, { id: undefined, versionId: undefined, meta: undefined, active: undefined, pinData: {} }, file);
      assert.deepEqual(Object.keys(rest).sort(), ['connections', 'name', 'settings'], file);
      for (const node of nodes) {
        assert.equal(node.credentials, undefined, `${file}: ${node.name}`);
        if (isOurs(node)) assert.equal(node.parameters.line, undefined, `${file}: ${node.name} takes the credential's line`);
      }
      assert.ok(nodes.some((/** @type {any} */ { type, parameters }) => type.endsWith('.stickyNote') && parameters.content.includes('### Set this up')), `${file} says how to set it up`);
    }
  });

  test('an error at one customer stops nothing else in them', async () => {
    for (const file of files) {
      const { nodes, connections } = await read(file);
      for (const { name, type, parameters, onError } of nodes.filter(isOurs)) {
        if (type.endsWith('.whatsAppTrigger')) continue;
        /** @type {any[][]} */ const outputs = connections[name]?.main ?? [];
        // Where something comes of it that a customer keeps silent, something comes of an error.
        if (parameters.operation === 'sendAndWait' && outputs[0]?.length) assert.equal(onError, 'continueErrorOutput', `${file}: ${name}`);
        if (parameters.operation !== 'sendAndWait' && outputs.some((wires) => wires.length)) assert.ok(onError, `${file}: ${name}`);
        if (onError === 'continueErrorOutput') assert.ok(outputs.at(-1)?.length, `${file}: the error output of ${name} leads somewhere`);
      }
    }
  });

  test('one is imported from its file, and a credential chosen once is in every node', async () => {
    const browser = await openBrowser();
    try {
      const editor = await N8nEditor.open(browser, rig.n8n, { scale: pictures ? 2 : 1 });
      await editor.create(rig.editorUrl);
      await editor.importFile(path.join(folder, 'appointment-reminder.json'));
      const { nodes } = await read('appointment-reminder.json');
      const ours = nodes.filter(isOurs);
      await until('its nodes are there', async () => (await editor.names()).length === nodes.length - 1, { timeout: patience });
      // A red mark for want of a credential, and for nothing else.
      await until('n8n says what is missing', async () => (await editor.part('node-issues').count()) === ours.length, { timeout: patience });
      await editor.openNode('Ask to confirm');
      await editor.chooseCredential('WhatsApp');
      await picture(editor, 'n8n-activity', '[data-test-id="node-parameters"], [data-test-id="node-execute-button"]');
      await editor.closeNode();
      await until('nothing is missing', async () => (await editor.part('node-issues').count()) === 0, { timeout: patience });
      await picture(editor, 'n8n-workflow', '.vue-flow__node');
      assert.deepEqual(editor.errors, []);
      await editor.close();
    } finally {
      await browser.close();
    }
  });

  test('each is walked here and named in the README', async () => {
    assert.deepEqual(files, [...walked].sort());
    const readme = await readFile(path.join(root, 'ui-manifests', 'n8n', 'README.md'), 'utf8');
    for (const file of files) {
      assert.ok(readme.includes(`/main/ui-manifests/n8n/workflows/${file})`), `${file} is in the README`);
      assert.ok(readme.includes(`**${(await read(file)).name}**`), `${file} goes by its name in the README`);
    }
  });

  test('what the README shows on npm by whole addresses is in the repository', async () => {
    const readme = await readFile(path.join(root, 'ui-manifests', 'n8n', 'README.md'), 'utf8');
    const ours = [...readme.matchAll(/https:\/\/(?:raw\.githubusercontent\.com\/nodeline\/nodeline\/main|github\.com\/nodeline\/nodeline\/blob\/main)\/([^)#"]+)(#[^)]+)?/g)];
    assert.ok(ours.length > 10);
    for (const [, file = '', anchor] of ours) {
      const text = await readFile(path.join(root, file), 'utf8');
      if (!anchor) continue;
      const headings = [...text.matchAll(/^#+ +(.+)$/gm)].map(([, words = '']) => `#${words.toLowerCase().replace(/[^\p{L}\p{N}\- ]/gu, '').replaceAll(' ', '-')}`);
      assert.ok(headings.includes(anchor), `${file} has a heading ${anchor}`);
    }
  });

  workflow('appointment-reminder.json', async () => {
    const who = await people('Silent', 'Comes', 'Deaf', 'Moves', 'Ponders', 'Cancels', 'Talks', 'Sleeps', 'Later');
    const numbers = { Mistyped: 'no number', ...Object.fromEntries(Object.entries(who).map(([name, { phone }]) => [name, phone])), Absent: '+79002999998' };
    const visits = Object.entries(numbers).map(([name, phone]) => ({
      id: name, name, phone, doctor: 'Dr. Orlova', start: name === 'Later' ? '{{ $now.plus({ days: 2 }).toFormat("yyyy-MM-dd") }}T09:00' : '{{ $now.plus({ days: 1 }).toFormat("yyyy-MM-dd") }}T10:30',
      wait: name === 'Sleeps' ? 1 : 3600,
    }));
    const flow = await taken('appointment-reminder.json', (of) => {
      of('Appointments').jsonOutput = `=${JSON.stringify({ appointments: visits }).replaceAll('\\"', "'")}`;
      Object.assign(of('Ask to confirm'), { deadline: '={{ $json.wait }}', deadlineUnit: 'seconds', options: { item: '={{ $json.id }}' } });
      // One whom the thanks cannot be sent to.
      of('Thank').chat.value = "={{ $('Tomorrow').item.json.id === 'Deaf' ? 'no number' : $('Tomorrow').item.json.phone }}";
    });
    const execution = await rig.n8n.run(flow.id, { trigger: 'Every day at 18:00' });
    const { Silent, Comes, Deaf, Moves, Ponders, Cancels, Talks, Sleeps, Later } = /** @type {Record<string, any>} */ (who);
    const question = 'You have an appointment with Dr. Orlova tomorrow at 10:30. Will you come?';
    await Promise.all([
      // The first who moves says nothing more; the next one who moves is served all the same.
      Moves.answers(`Hello, Moves! ${question}`, 'move').then(() => Moves.hears('Which day and time would suit you?'))
        .then(() => Ponders.answers(question, '2')).then(() => Ponders.hears('Which day and time would suit you?'))
        .then(() => Comes.answers(question, '1')).then(() => Comes.hears('See you tomorrow at 10:30.')),
      Deaf.answers(question, 'Confirm'),
      Cancels.answers(question, 'Cancel').then(() => Cancels.hears('is cancelled')),
      Talks.answers(question, 'Is parking free?').then(() => Talks.hears('administrator will read this')),
      Sleeps.hears(question),
    ]);
    // While the first customer keeps silent, for an hour, everybody else's status is saved.
    const others = 9;
    await until('all others are saved', async () => (await rig.n8n.execution(execution)).runs('Save the status').flatMap((run) => run.data?.main?.[0] ?? []).length === others, { timeout: patience });
    await Silent.isLetGo(question);
    const saved = Object.fromEntries((await flow.came('Save the status')).map(({ id, status, note }) => [id, `${status}${note ? `: ${note}` : ''}`]));
    const { Mistyped, Absent, Deaf: unthanked, ...rest } = saved;
    assert.deepEqual(rest, {
      Comes: 'confirmed', Moves: 'to be moved', Ponders: 'to be moved', Cancels: 'cancelled', Talks: 'to be read by a person: Is parking free?', Sleeps: 'to be called', Silent: 'to be called',
    });
    assert.match(Mistyped ?? '', /^to be called: .+/s);
    assert.match(Absent ?? '', /^to be called: .*WhatsApp/s);
    assert.match(unthanked ?? '', /^confirmed: The reply was not sent: .+/s);
    assert.deepEqual(await Later.messages(), [], 'who comes the day after tomorrow is not asked');
    return flow;
  });

  workflow('lead-sms-fallback.json', async () => {
    const flow = await taken('lead-sms-fallback.json', (of) => {
      setFields(of('Lead'), { priceListUrl: `=${away}/{{ $json.body.list ?? 'price-list.pdf' }}`, smsUrl: `=${away}/{{ $json.body.sms ?? 'send' }}` });
      of('Send the text').chat.value = "={{ $json.id === 'Untold' ? 'no number' : $json.phone }}";
      of('How shall we go on?').chat.value = "={{ $('Lead').item.json.id === 'Unasked' ? 'no number' : $('Lead').item.json.phone }}";
      Object.assign(of('How shall we go on?'), { deadline: "={{ $('New lead').item.json.body.wait ?? 3600 }}", deadlineUnit: 'seconds' });
    });
    await flow.publish();
    const who = await people('Hot', 'Warm', 'Cold', 'Words', 'Silent', 'Moved', 'Deadlink', 'Untold', 'Unasked');
    const lead = (/** @type {string} */ id, /** @type {object} */ more = {}) => rig.n8n.webhook('new-lead', { id, name: id, phone: who[id]?.phone, ...more });
    const { Hot, Warm, Cold, Words, Silent, Moved, Deadlink, Unasked } = /** @type {Record<string, any>} */ (who);
    const asked = async (/** @type {Customer} */ one) => {
      await one.hears('This is North Clinic. Thank you for your request');
      const file = await one.hears('');
      assert.equal(file.file.name, 'Price list.pdf');
      return one;
    };
    await lead('Hot');
    await Promise.all([
      asked(Hot).then(() => Hot.answers('How shall we go on?', 'Call me')),
      lead('Warm').then(() => asked(Warm)).then(() => Warm.answers('How shall we go on?', '2')),
      lead('Cold').then(() => asked(Cold)).then(() => Cold.answers('How shall we go on?', 'not now')),
      lead('Words').then(() => asked(Words)).then(() => Words.answers('How shall we go on?', 'Send me a letter')),
      lead('Silent', { wait: 1 }).then(() => asked(Silent)).then(() => Silent.hears('How shall we go on?')),
      lead('Moved').then(() => asked(Moved)).then(() => Moved.hears('How shall we go on?')).then(() => Moved.open())
        .then(() => rig.n8n.webhook('lead-moved', { id: 'Moved', stage: 'won' })),
      lead('Deadlink', { list: 'gone.pdf' }).then(() => Deadlink.hears('This is North Clinic')),
      lead('Untold'),
      lead('Unasked').then(() => asked(Unasked)),
      lead('Without', { phone: '+79002999999' }),
      lead('Nowhere', { phone: '+79002999999', sms: 'gone' }),
      lead('Wrong', { phone: 'no number' }),
    ]);
    const saved = Object.fromEntries((await flow.came('Save the result')).map(({ id, result, note }) => [id, `${result}${note ? `: ${note}` : ''}`]));
    const { Deadlink: dead, Wrong, Untold, Unasked: unasked, Nowhere, ...rest } = saved;
    assert.deepEqual(rest, {
      Hot: 'call: Call me', Warm: 'write: Write to me here', Cold: 'not now: Not now', Words: 'to be read by a person: Send me a letter',
      Silent: 'no answer', Moved: 'no answer', Without: 'SMS sent',
    });
    assert.match(dead ?? '', /^not reached: The file's link does not work/);
    for (const lost of [Wrong, Untold, unasked, Nowhere]) assert.match(lost ?? '', /^not reached: .+/s);
    assert.deepEqual(texts, [{ to: '+79002999999', text: `Hello, Without! This is North Clinic. Our prices: ${away}/price-list.pdf` }]);
    return flow;
  });

  workflow('menu-bot.json', async () => {
    const flow = await taken('menu-bot.json', (of) => {
      of('Say it is noted').chat.value = "={{ $json.time === '16:00' ? 'no number' : $json.chat }}";
      of('Say someone will write').chat.value = "={{ $json.answer.text === 'Another day' ? 'no number' : $('Customer').first().json.chat }}";
    });
    await flow.publish();
    const who = await people('Books', 'Browses', 'Asks', 'Strays', 'Compares', 'Hurries');
    const { Books, Browses, Asks, Strays, Compares, Hurries } = /** @type {Record<string, Customer>} */ (who);
    const main = 'What can we do for you?';
    /** Says hello, and answers question by question. @param {Customer | undefined} one @param {[string, string?][]} talk */
    const talks = async (one, ...talk) => {
      await one?.says('Hello');
      for (const [heard, answer] of talk) await (answer ? one?.answers(heard, answer) : one?.hears(heard));
    };
    await Promise.all([
      // Three levels down, back to the top, and down again.
      talks(Books, [main, 'Prices'], ['Which service?', 'Cleaning'], ['Cleaning: 60 €.', 'Main menu'], [main, '2'], ['Which day', 'Tomorrow'], ['What time?', '12:00'])
        .then(() => Books?.hears('Noted: Tomorrow at 12:00')),
      talks(Browses, [main, 'prices'], ['Which service?', '4'], [main, '1'], ['Which service?', 'Check-up'], ['Check-up: 20 €.', '3']).then(() => Browses?.hears('You are welcome')),
      talks(Asks, [main, '3']).then(() => Asks?.hears('A colleague will write')),
      talks(Strays, [main, 'what?'], ['none of the choices'], [main, '1'], ['Which service?', 'hm'], ['none of the choices'], [main, '2'], ['Which day', 'well'], ['none of the choices'], [main, '2'], ['Which day', 'Today'], ['What time?', 'never'], ['none of the choices'], [main, '2'], ['Which day', 'Another day']),
      talks(Compares, [main, '1'], ['Which service?', 'Filling'], ['Filling: 90 €.', 'too much'], ['none of the choices'], [main, '1'], ['Which service?', '3'], ['Filling: 90 €.', '1'], ['Which day', '1'], ['What time?', '1'])
        .then(() => Compares?.hears('Noted: Today at 10:00')),
      talks(Hurries, [main, 'Book a visit'], ['Which day', 'Today'], ['What time?', '16:00']),
    ]);
    assert.deepEqual((await flow.came('Begins a talk')).length, 6, 'answers begin nothing');
    // What could not be said is noted all the same.
    assert.equal((await flow.came('Save the request')).length, 3);
    assert.equal((await flow.came('Tell a colleague')).length, 2);
    return flow;
  });

  workflow('order-status.json', async () => {
    const who = await people('Knows', 'Errs', 'Chats', 'Mumbles', 'Other');
    const flow = await taken('order-status.json', (of) => {
      of('Say someone will look').chat.value = `={{ $('Customer').first().json.chat === '${who['Mumbles']?.phone}' ? 'no number' : $('Customer').first().json.chat }}`;
    });
    await flow.publish();
    const { Knows, Errs, Chats, Mumbles, Other } = /** @type {Record<string, any>} */ (who);
    await Other.says('Good evening');
    await Promise.all([
      Knows.says('Where is my order?').then(() => Knows.answers('Which order is it?', '1001')),
      Errs.says('My Order please').then(() => Errs.answers('Which order is it?', '4711')).then(() => Errs.hears('We know no order 4711.')),
      Chats.says('order').then(() => Chats.answers('Which order is it?', 'the blue one')).then(() => Chats.answers('That is no number', 'the big one'))
        .then(() => Chats.answers('That is no number', 'that one')).then(() => Chats.hears('a colleague will look into it')),
      Mumbles.says('My order').then(() => Mumbles.answers('Which order is it?', 'hm')).then(() => Mumbles.answers('That is no number', 'hm')).then(() => Mumbles.answers('That is no number', 'hm')),
    ]);
    const file = await Knows.hears('Your order 1001 is on its way and arrives tomorrow.');
    assert.equal(file.file.name, 'Order 1001.txt');
    assert.deepEqual((await flow.ended()).length, 4, 'other words start nothing');
    assert.equal((await flow.came('Tell a colleague')).length, 2, 'also where the customer could not be told');
    assert.deepEqual(await Other.messages(), []);
    return flow;
  });

  workflow('approval.json', async () => {
    const flow = await taken('approval.json', (of) => {
      of('Ask the manager').options = {};
      setFields(of('Request and settings'), {
        manager: "={{ $json['What for'].includes('unmanaged') ? 'no number' : '+79003' + $json.Amount + '01' }}",
        deputy: "={{ $json['What for'].includes('alone') ? 'no number' : '+79003' + $json.Amount + '02' }}",
      });
      of('Why not?').chat.value = "={{ $('Request and settings').first().json.what.includes('wordless') ? 'no number' : $json.chat.phone }}";
      for (const [name, word] of [['Ask the manager', 'mute'], ['Ask the deputy', 'deaf'], ['Why not?', 'brief']]) {
        Object.assign(of(String(name)), { deadline: `={{ $('Request and settings').first().json.what.includes('${word}') ? 1 : 3600 }}`, deadlineUnit: 'seconds' });
      }
    });
    await flow.publish();
    const form = `${rig.editorUrl}/form/${flow.node('Request').webhookId}`;
    let amount = 1000;
    /** Fills in the form. @param {string} what @param {string} [phone] another than that of who asks */
    const request = async (what, phone) => {
      amount += 1;
      const [asks, manager, deputy] = [await person('Asks'), await Customer.new(rig, `+79003${amount}01`, 'Manager'), await Customer.new(rig, `+79003${amount}02`, 'Deputy')];
      const fields = new FormData();
      for (const [i, value] of ['Anna', what, String(amount), phone ?? asks.phone].entries()) fields.set(`field-${i}`, value);
      const answer = await fetch(form, { method: 'POST', body: fields });
      assert.equal(answer.status, 200, await answer.text());
      return { asks, manager, deputy, question: `Anna asks for ${amount} € for: ${what}. Do you approve?` };
    };
    await until('the form is there', async () => (await fetch(form)).ok, { timeout: patience });
    const approved = await request('a printer');
    const rejected = await request('a yacht');
    const curt = await request('a boat, brief');
    const dropped = await request('a train');
    const taken1 = await request('a desk, mute');
    const refused2 = await request('a sofa');
    const nobody = await request('a chair, mute and deaf');
    const gone = await request('a lamp');
    const worded = await request('a plant, mute');
    const deputyGone = await request('a bus, mute');
    const unmanaged = await request('a cart, unmanaged');
    const alone = await request('a swing, unmanaged and alone');
    const wordless = await request('a pool, wordless');
    const untold = await request('a lake', 'no number');
    const reasonless = 'is not approved.';
    await Promise.all([
      approved.manager.answers(approved.question, 'Approve').then(() => approved.asks.hears('is approved.')),
      rejected.manager.answers(rejected.question, 'Reject').then(() => rejected.manager.answers('as the reason?', 'Too wet')).then(() => rejected.asks.hears('is not approved. The reason: Too wet')),
      curt.manager.answers(curt.question, '2').then(() => curt.manager.hears('as the reason?')).then(() => curt.asks.hears(reasonless)),
      dropped.manager.answers(dropped.question, '2').then(() => dropped.manager.isLetGo('as the reason?')).then(() => dropped.asks.hears(reasonless)),
      taken1.deputy.answers(taken1.question, '1').then(() => taken1.asks.hears('is approved.')),
      refused2.manager.answers(refused2.question, 'Why me?').then(() => refused2.deputy.answers(refused2.question, 'Reject'))
        .then(() => refused2.deputy.answers('as the reason?', 'We have one')).then(() => refused2.asks.hears('The reason: We have one')),
      nobody.asks.hears('Nobody has decided'),
      gone.manager.isLetGo(gone.question).then(() => gone.asks.hears('Nobody has decided')),
      worded.deputy.answers(worded.question, 'Later').then(() => worded.asks.hears('Nobody has decided')),
      deputyGone.deputy.isLetGo(deputyGone.question).then(() => deputyGone.asks.hears('Nobody has decided')),
      unmanaged.deputy.answers(unmanaged.question, '1').then(() => unmanaged.asks.hears('is approved.')),
      alone.asks.hears('Nobody has decided'),
      wordless.manager.answers(wordless.question, '2').then(() => wordless.asks.hears(reasonless)).then(({ body }) => assert.doesNotMatch(body, /reason/)),
      untold.manager.answers(untold.question, '1'),
    ]);
    assert.equal((await flow.came('Save the decision')).length, amount - 1000, 'every decision is saved');
    return flow;
  });

  workflow('night-answer.json', async () => {
    const duty = await person('Duty');
    const flow = await taken('night-answer.json', (of) => {
      setFields(of('Opening hours'), { opens: 0, closes: "={{ $json.said === 'Good morning' ? 24 : 0 }}", days: '1,2,3,4,5,6,7', onDuty: `={{ $json.said === 'Nobody there?' ? 'no number' : '${duty.phone}' }}` });
      of('Can it wait?').chat.value = "={{ $json.said === 'Out of reach' ? 'no number' : $json.chat }}";
      of('Promise an answer').chat.value = "={{ $('Customer').first().json.said === 'Mm' ? 'no number' : $('Customer').first().json.chat }}";
      Object.assign(of('Can it wait?'), { deadline: "={{ $('Customer').first().json.said.includes('asleep') ? 1 : 3600 }}", deadlineUnit: 'seconds' });
    });
    await flow.publish();
    const who = await people('Waits', 'Hurries', 'Sleeps', 'Talks', 'Dropped', 'Early', 'Lost', 'Urges', 'Mumbles');
    const { Waits, Hurries, Sleeps, Talks, Dropped, Early, Lost, Urges, Mumbles } = /** @type {Record<string, any>} */ (who);
    const question = 'We are closed now and open at 0:00. Can it wait until then?';
    // Alone, as n8n's memory of two at once may lack one of them.
    await Waits.says('I need a visit');
    await Waits.answers(question, '1');
    await Waits.hears('in the morning');
    await Promise.all([
      Hurries.says('My tooth!').then(() => Hurries.answers(question, 'It is urgent')).then(() => Hurries.hears('told the colleague on duty')),
      Sleeps.says('I am asleep').then(() => Sleeps.hears(question)),
      Talks.says('Hi').then(() => Talks.answers(question, 'Do you treat cats?')).then(() => Talks.hears('in the morning')),
      Dropped.says('Hm').then(() => Dropped.isLetGo(question)),
      Lost.says('Out of reach'),
      Urges.says('Nobody there?').then(() => Urges.answers(question, '2')).then(() => Urges.hears('in the morning')),
      Mumbles.says('Mm').then(() => Mumbles.answers(question, 'Yes and no')),
    ]);
    await duty.hears(`Urgent, from ${Hurries.phone}: My tooth!`);
    const list = Object.fromEntries((await flow.came("Put on the morning's list")).map(({ chat, said, added }) => [chat, `${said}${added ? ` + ${added}` : ''}`]));
    assert.deepEqual(list, { [Waits.phone]: 'I need a visit', [Sleeps.phone]: 'I am asleep', [Talks.phone]: 'Hi + Do you treat cats?', [Dropped.phone]: 'Hm',
      [Lost.phone]: 'Out of reach', [Urges.phone]: 'Nobody there? + urgent, but nobody on duty was told', [Mumbles.phone]: 'Mm + Yes and no' });
    // A second message of the same night is not answered again; by day none is.
    await Waits.says('And another thing');
    await Early.says('Good morning');
    await until('both were taken', async () => (await flow.came('Customer')).length === 10, { timeout: patience });
    assert.equal((await flow.came('Once a night')).length, 8);
    assert.equal((await flow.came('Open: nothing to do')).length, 1);
    assert.deepEqual(await Early.messages(), []);
    return flow;
  });
});
