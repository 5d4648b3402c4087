// @ts-check
// Every ready-made flow on a real Node-RED, by every branch, with customers who answer.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Customer, patience } from '../lib/customer.mjs';
import { json } from '../lib/http.mjs';
import { until } from '../lib/until.mjs';
import { root } from '../../scripts/lib/paths.mjs';
import { files, read, Taken } from './flows.mjs';
import { anna, Rig } from './rig.mjs';
import { reading } from './triggers.mjs';

/** The flows that a person takes ready-made. */
const ready = ['appointment-reminder.json', 'approval.json', 'lead-sms-fallback.json', 'menu-bot.json', 'night-answer.json', 'order-status.json'];

/** A value that the message brings, for a field of a node. @param {string} name @param {string} value @param {string} [type] */
const typed = (name, value, type = 'msg') => ({ [name]: value, [`${name}Type`]: type });

/** A deadline of so many seconds as the message says. @param {string} value JSONata */
const deadline = (value) => ({ ...typed('deadline', value, 'jsonata'), deadlineUnit: 'seconds', remindersType: 'list', reminders: [] });

describe('ready-made flows', () => {
  const rig = new Rig('flows', [{ id: 'nothing', type: 'tab', label: 'Nothing yet' }]);
  rig.options.serve = ['--media-from', '127.0.0.1', '--pace', 'off'];
  /** @type {(() => Promise<void>)[]} */ const ends = [];
  /** What the SMS provider was sent. @type {any[]} */ const texts = [];
  /** The flows that a test below walks, and the examples of single nodes. @type {string[]} */ const walked = [];
  /** @type {string[]} */ const shown = [];
  const elsewhere = createServer((request, response) => void take(request, response));
  let away = '';
  let token = '';
  let last = 0;

  before(async () => {
    await rig.up(/** @type {any} */ ({ after: (/** @type {any} */ end) => ends.push(end) }), { link: false });
    token = await rig.linkLine();
    // Dozens of new people within seconds: more than WhatsApp answers questions about.
    await json(`${rig.sandboxUrl}/api/rules`, { method: 'PUT', body: { queryRate: false } });
    await new Promise((resolve) => elsewhere.listen(0, '127.0.0.1', () => resolve(undefined)));
    const address = elsewhere.address();
    away = `http://127.0.0.1:${address && typeof address === 'object' ? address.port : 0}`;
  });
  after(async () => {
    elsewhere.closeAllConnections();
    elsewhere.close();
    for (const end of ends) await end();
  });

  /** The SMS provider and the site with the price list. @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async function take(request, response) {
    if (request.url === '/price-list.pdf') return void response.writeHead(200, { 'content-type': 'application/pdf' }).end('%PDF-1.4 prices');
    if (request.url === '/cut') return void request.socket.destroy();
    if (request.url !== '/send') return void response.writeHead(404).end();
    let body = '';
    for await (const chunk of request) body += chunk;
    texts.push(JSON.parse(body));
    return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"accepted":true}');
  }

  /** A person whom nobody knows yet. @param {string} name */
  const person = (name) => Customer.new(rig, `+7900200${String(last += 1).padStart(4, '0')}`, name);

  /** Several people. @param {string[]} names @returns {Promise<Record<string, any>>} */
  async function people(...names) {
    /** @type {Record<string, Customer>} */ const all = {};
    for (const name of names) all[name] = await person(name);
    return all;
  }

  /** One flow's test. @param {string} file @param {(of: (fill?: (of: (name: string) => any) => void) => Promise<Taken>) => Promise<Taken>} walk every branch */
  function flow(file, walk) {
    walked.push(file);
    test(file, async () => {
      const taken = await walk((fill) => Taken.from(rig, file, token, fill));
      taken.walked();
      await rig.nothingOpen();
    });
  }

  /**
   * One test of an example that shows single nodes: its buttons are pressed one after the other, and no node fails.
   * @param {string} file
   * @param {(take: (fill?: (of: (name: string) => any) => void) => Promise<Taken>, press: (name: string) => Promise<void>) => Promise<void>} walk
   */
  function example(file, walk) {
    shown.push(file);
    test(file, async () => {
      /** @type {Taken | undefined} */ let taken;
      const log = () => rig.part('Node-RED').tail(500).split('Started flows').pop() ?? '';
      await walk(async (fill) => (taken = await Taken.from(rig, file, token, fill)), async (name) => taken?.post(`/inject/${taken.node(name).id}`, {}));
      assert.doesNotMatch(log(), /\[(error|warn)\]/, 'no node complains');
    });
  }

  /** Has every button write to a person. @param {any} of @param {Record<string, string>} phones by the button's name */
  const toWhom = (of, phones) => {
    for (const [name, phone] of Object.entries(phones)) of(name).props.find((/** @type {any} */ { p }) => p === 'phone').v = phone;
  };

  test('each is walked here and named in the README', async () => {
    // The demo's own is walked by its test.
    assert.deepEqual([...walked, ...shown, 'confirm-a-visit.json'].sort(), files);
    assert.deepEqual(walked.toSorted(), ready);
    const readme = await readFile(path.join(root, 'ui-manifests', 'node-red', 'README.md'), 'utf8');
    for (const file of ready) {
      const [tab] = await read(file);
      assert.ok(readme.includes(`examples/${file})`), `${file} is in the README`);
      assert.ok(readme.includes(`**${tab?.['label']}**`), `${file} goes by its name in the README`);
    }
  });

  flow('appointment-reminder.json', async (take) => {
    const who = await people('Silent', 'Comes', 'Deaf', 'Moves', 'Ponders', 'Cancels', 'Talks', 'Sleeps', 'Later');
    const numbers = { Mistyped: 'no number', ...Object.fromEntries(Object.entries(who).map(([name, { phone }]) => [name, phone])), Absent: '+79002999998' };
    const visits = Object.entries(numbers).map(([name, phone]) => ({
      id: name, name, phone, doctor: 'Dr. Orlova', start: name === 'Later' ? 3 : 1, wait: name === 'Sleeps' ? 1 : 3600,
    }));
    const taken = await take((of) => {
      const appointments = of('Appointments');
      appointments.func = appointments.func.replace(/msg\.payload = \[[^]*?\];/, () =>
        `msg.payload = ${JSON.stringify(visits)}.map((visit) => ({ ...visit, start: \`\${day(visit.start)}T10:30\` }));`);
      Object.assign(of('Ask to confirm'), deadline('payload.wait'));
      // One whom the thanks cannot be sent to.
      Object.assign(of('Thank'), typed('chat', 'payload.id = "Deaf" ? "no number" : payload.phone', 'jsonata'));
    });
    await taken.post(`/inject/${taken.node('Every day at 18:00').id}`, {});
    const { Silent, Comes, Deaf, Moves, Ponders, Cancels, Talks, Sleeps, Later } = who;
    const question = 'You have an appointment with Dr. Orlova tomorrow at 10:30. Will you come?';
    await Promise.all([
      Moves.answers(`Hello, Moves! ${question}`, 'move').then(() => Moves.hears('Which day and time would suit you?'))
        .then(() => Ponders.answers(question, '2')).then(() => Ponders.hears('Which day and time would suit you?'))
        .then(() => Comes.answers(question, '1')).then(() => Comes.hears('See you tomorrow at 10:30.')),
      Deaf.answers(question, 'Confirm'),
      Cancels.answers(question, 'Cancel').then(() => Cancels.hears('is cancelled')),
      Talks.answers(question, 'Is parking free?').then(() => Talks.hears('administrator will read this')),
      Sleeps.hears(question),
    ]);
    // While the first customer keeps silent, for an hour, everybody else's status is saved.
    await taken.gets('Save the status', 9);
    await Silent.isLetGo(question);
    const all = await taken.gets('Save the status', 10);
    const saved = Object.fromEntries(all.map(({ payload: { id, status, note } }) => [id, `${status}${note ? `: ${note}` : ''}`]));
    const { Mistyped, Absent, Deaf: unthanked, ...rest } = saved;
    assert.deepEqual(rest, {
      Comes: 'confirmed', Moves: 'to be moved', Ponders: 'to be moved', Cancels: 'cancelled', Talks: 'to be read by a person: Is parking free?', Sleeps: 'to be called', Silent: 'to be called',
    });
    assert.match(Mistyped ?? '', /^to be called: .+/s);
    assert.match(Absent ?? '', /^to be called: .*WhatsApp/s);
    assert.match(unthanked ?? '', /^confirmed: The reply was not sent: .+/s);
    assert.deepEqual(await Later.messages(), [], 'who comes in three days is not asked');
    return taken;
  });

  flow('lead-sms-fallback.json', async (take) => {
    const taken = await take((of) => {
      const lead = of('Lead');
      lead.func = lead.func.replace('const { id, name, phone } = msg.payload;', 'const { id, name, phone, list, sms, wait } = msg.payload;')
        .replace("'https://files.example.com/price-list.pdf'", `\`${away}/\${list ?? 'price-list.pdf'}\``)
        .replace("'https://sms.example.com/send'", `\`${away}/\${sms ?? 'send'}\`, wait: wait ?? 3600`);
      Object.assign(of('Send the text'), typed('chat', 'payload.id = "Untold" ? "no number" : payload.phone', 'jsonata'));
      Object.assign(of('How shall we go on?'), typed('chat', 'payload.id = "Unasked" ? "no number" : payload.phone', 'jsonata'), deadline('payload.wait'));
    });
    const who = await people('Hot', 'Warm', 'Cold', 'Words', 'Silent', 'Moved', 'Deadlink', 'Untold', 'Unasked');
    const lead = (/** @type {string} */ id, /** @type {object} */ more = {}) => taken.post('/new-lead', { id, name: id, phone: who[id]?.phone, ...more });
    const { Hot, Warm, Cold, Words, Silent, Moved, Deadlink, Unasked } = who;
    const asked = async (/** @type {Customer} */ one) => {
      await one.hears('This is North Clinic. Thank you for your request');
      const file = await one.hears('');
      assert.equal(file.file.name, 'Price list.pdf');
      return one;
    };
    await Promise.all([
      lead('Hot').then(() => asked(Hot)).then(() => Hot.answers('How shall we go on?', 'Call me')),
      lead('Warm').then(() => asked(Warm)).then(() => Warm.answers('How shall we go on?', '2')),
      lead('Cold').then(() => asked(Cold)).then(() => Cold.answers('How shall we go on?', 'not now')),
      lead('Words').then(() => asked(Words)).then(() => Words.answers('How shall we go on?', 'Send me a letter')),
      lead('Silent', { wait: 1 }).then(() => asked(Silent)).then(() => Silent.hears('How shall we go on?')),
      lead('Moved').then(() => asked(Moved)).then(() => Moved.hears('How shall we go on?')).then(() => Moved.open())
        .then(() => taken.post('/lead-moved', { id: 'Moved', stage: 'won' })),
      lead('Deadlink', { list: 'gone.pdf' }).then(() => Deadlink.hears('This is North Clinic')),
      lead('Untold'),
      lead('Unasked').then(() => asked(Unasked)),
      lead('Without', { phone: '+79002999999' }),
      lead('Nowhere', { phone: '+79002999999', sms: 'gone' }),
      lead('Cut', { phone: '+79002999999', sms: 'cut' }),
      lead('Wrong', { phone: 'no number' }),
    ]);
    const all = await taken.gets('Save the result', 13);
    const saved = Object.fromEntries(all.map(({ payload: { id, result, note } }) => [id, `${result}${note ? `: ${note}` : ''}`]));
    const { Deadlink: dead, Wrong, Untold, Unasked: unasked, Nowhere, Cut, ...rest } = saved;
    assert.deepEqual(rest, {
      Hot: 'call: Call me', Warm: 'write: Write to me here', Cold: 'not now: Not now', Words: 'to be read by a person: Send me a letter',
      Silent: 'no answer', Moved: 'no answer', Without: 'SMS sent',
    });
    assert.match(dead ?? '', /^not reached: The file's link does not work/);
    for (const lost of [Wrong, Untold, unasked, Nowhere, Cut]) assert.match(lost ?? '', /^not reached: .+/s);
    assert.deepEqual(texts, [{ to: '+79002999999', text: `Hello, Without! This is North Clinic. Our prices: ${away}/price-list.pdf` }]);
    return taken;
  });

  flow('menu-bot.json', async (take) => {
    const taken = await take((of) => {
      Object.assign(of('Say it is noted'), typed('chat', 'payload.time = "16:00" ? "no number" : payload.chat', 'jsonata'));
      Object.assign(of('Say someone will write'), typed('chat', 'answer.text = "Another day" ? "no number" : payload.chat', 'jsonata'));
      Object.assign(of('Say it was no choice'), typed('chat', 'answer.text = "out of reach" ? "no number" : payload.chat', 'jsonata'));
    });
    await reading(rig, 1);
    const { Books, Browses, Asks, Strays, Compares, Hurries } = await people('Books', 'Browses', 'Asks', 'Strays', 'Compares', 'Hurries');
    const main = 'What can we do for you?';
    /** Says hello, and answers question by question. @param {Customer} one @param {[string, string?][]} talk */
    const talks = async (one, ...talk) => {
      await one.says('Hello');
      for (const [heard, answer] of talk) await (answer ? one.answers(heard, answer) : one.hears(heard));
    };
    await Promise.all([
      // Three levels down, back to the top, and down again.
      talks(Books, [main, 'Prices'], ['Which service?', 'Cleaning'], ['Cleaning: 60 €.', 'Main menu'], [main, '2'], ['Which day', 'Tomorrow'], ['What time?', '12:00'], ['Noted: Tomorrow at 12:00']),
      talks(Browses, [main, 'prices'], ['Which service?', '4'], [main, '1'], ['Which service?', 'Check-up'], ['Check-up: 20 €.', '3'], ['You are welcome']),
      talks(Asks, [main, '3'], ['A colleague will write']),
      talks(Strays, [main, 'what?'], ['none of the choices'], [main, '1'], ['Which service?', 'hm'], ['none of the choices'], [main, '2'], ['Which day', 'well'], ['none of the choices'], [main, '2'],
        ['Which day', 'Today'], ['What time?', 'never'], ['none of the choices'], [main, 'out of reach'], [main, '2'], ['Which day', 'Another day']),
      talks(Compares, [main, '1'], ['Which service?', 'Filling'], ['Filling: 90 €.', 'too much'], ['none of the choices'], [main, '1'], ['Which service?', '3'], ['Filling: 90 €.', '1'], ['Which day', '1'],
        ['What time?', '1'], ['Noted: Today at 10:00']),
      talks(Hurries, [main, 'Book a visit'], ['Which day', 'Today'], ['What time?', '16:00']),
    ]);
    // What could not be said is noted all the same.
    await taken.gets('Save the request', 3);
    await taken.gets('Tell a colleague', 2);
    assert.equal(taken.left().filter(({ from }) => from === taken.node('Begins a talk').id).length, 6, 'answers begin nothing');
    return taken;
  });

  flow('order-status.json', async (take) => {
    const { Knows, Errs, Chats, Mumbles, Other } = await people('Knows', 'Errs', 'Chats', 'Mumbles', 'Other');
    const taken = await take((of) => {
      Object.assign(of('Say someone will look'), typed('chat', `payload.chat = "${Mumbles.phone}" ? "no number" : payload.chat`, 'jsonata'));
    });
    await reading(rig, 1);
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
    await taken.gets('Tell a colleague', 2);
    assert.equal(taken.left().filter(({ from }) => from === taken.node('Message received').id).length, 4, 'other words start nothing');
    assert.deepEqual(await Other.messages(), []);
    return taken;
  });

  flow('approval.json', async (take) => {
    const taken = await take((of) => {
      const settings = of('Request and settings');
      settings.func = settings.func.replace("'+7 900 000-00-03'", "what.includes('unmanaged') ? 'no number' : '+79003' + amount + '01'")
        .replace("'+7 900 000-00-04'", "what.includes('alone') ? 'no number' : '+79003' + amount + '02'");
      Object.assign(of('Why not?'), typed('chat', '$contains(payload.what, "wordless") ? "no number" : ask.chat.phone', 'jsonata'));
      for (const [name, word] of [['Ask the manager', 'mute'], ['Ask the deputy', 'deaf'], ['Why not?', 'brief']]) {
        Object.assign(of(String(name)), deadline(`$contains(payload.what, "${word}") ? 1 : 3600`));
      }
    });
    const page = await fetch(`${rig.editorUrl}/request`).then((answer) => answer.text());
    for (const field of ['name', 'what', 'amount', 'phone']) assert.match(page, new RegExp(`name="${field}"`));
    let amount = 1000;
    /** Fills in the form. @param {string} what @param {string} [phone] another than that of who asks */
    const request = async (what, phone) => {
      amount += 1;
      const [asks, manager, deputy] = [await person('Asks'), await Customer.new(rig, `+79003${amount}01`, 'Manager'), await Customer.new(rig, `+79003${amount}02`, 'Deputy')];
      await taken.post('/request', new URLSearchParams({ name: 'Anna', what, amount: String(amount), phone: phone ?? asks.phone }));
      return { asks, manager, deputy, question: `Anna asks for ${amount} € for: ${what}. Do you approve?` };
    };
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
    const bare = (/** @type {any} */ { body }) => assert.doesNotMatch(body, /reason/);
    await Promise.all([
      approved.manager.answers(approved.question, 'Approve').then(() => approved.asks.hears('is approved.')),
      rejected.manager.answers(rejected.question, 'Reject').then(() => rejected.manager.answers('as the reason?', 'Too wet')).then(() => rejected.asks.hears('is not approved. The reason: Too wet')),
      curt.manager.answers(curt.question, '2').then(() => curt.manager.hears('as the reason?')).then(() => curt.asks.hears(reasonless)).then(bare),
      dropped.manager.answers(dropped.question, '2').then(() => dropped.manager.isLetGo('as the reason?')).then(() => dropped.asks.hears(reasonless)).then(bare),
      taken1.deputy.answers(taken1.question, '1').then(() => taken1.asks.hears('is approved.')),
      refused2.manager.answers(refused2.question, 'Why me?').then(() => refused2.deputy.answers(refused2.question, 'Reject'))
        .then(() => refused2.deputy.answers('as the reason?', 'We have one')).then(() => refused2.asks.hears('The reason: We have one')),
      nobody.asks.hears('Nobody has decided'),
      gone.manager.isLetGo(gone.question).then(() => gone.asks.hears('Nobody has decided')),
      worded.deputy.answers(worded.question, 'Later').then(() => worded.asks.hears('Nobody has decided')),
      deputyGone.deputy.isLetGo(deputyGone.question).then(() => deputyGone.asks.hears('Nobody has decided')),
      unmanaged.deputy.answers(unmanaged.question, '1').then(() => unmanaged.asks.hears('is approved.')),
      alone.asks.hears('Nobody has decided'),
      wordless.manager.answers(wordless.question, '2').then(() => wordless.asks.hears(reasonless)).then(bare),
      untold.manager.answers(untold.question, '1'),
    ]);
    await taken.gets('Save the decision', amount - 1000);
    return taken;
  });

  flow('night-answer.json', async (take) => {
    const duty = await person('Duty');
    const taken = await take((of) => {
      const hours = of('Opening hours').rules[0];
      Object.assign(hours, {
        to: `{"opens": 0, "closes": payload.said = "Good morning" ? 24 : 0, "days": [1..7], "timezone": "Europe/Berlin", "onDuty": payload.said = "Nobody there?" ? "no number" : "${duty.phone}"}`,
        tot: 'jsonata',
      });
      Object.assign(of('Can it wait?'), typed('chat', 'payload.said = "Out of reach" ? "no number" : payload.chat', 'jsonata'), deadline('$contains(payload.said, "asleep") ? 1 : 3600'));
      Object.assign(of('Promise an answer'), typed('chat', 'payload.said = "Mm" ? "no number" : payload.chat', 'jsonata'));
    });
    await reading(rig, 1);
    const { Waits, Hurries, Sleeps, Talks, Dropped, Early, Lost, Urges, Mumbles } = await people('Waits', 'Hurries', 'Sleeps', 'Talks', 'Dropped', 'Early', 'Lost', 'Urges', 'Mumbles');
    const question = 'We are closed now and open at 0:00. Can it wait until then?';
    await Promise.all([
      Waits.says('I need a visit').then(() => Waits.answers(question, '1')).then(() => Waits.hears('in the morning')),
      Hurries.says('My tooth!').then(() => Hurries.answers(question, 'It is urgent')).then(() => Hurries.hears('told the colleague on duty')),
      Sleeps.says('I am asleep').then(() => Sleeps.hears(question)),
      Talks.says('Hi').then(() => Talks.answers(question, 'Do you treat cats?')).then(() => Talks.hears('in the morning')),
      Dropped.says('Hm').then(() => Dropped.isLetGo(question)),
      Lost.says('Out of reach'),
      Urges.says('Nobody there?').then(() => Urges.answers(question, '2')).then(() => Urges.hears('in the morning')),
      Mumbles.says('Mm').then(() => Mumbles.answers(question, 'Yes and no')),
    ]);
    await duty.hears(`Urgent, from ${Hurries.phone}: My tooth!`);
    const all = await taken.gets("Put on the morning's list", 7);
    const list = Object.fromEntries(all.map(({ payload: { chat, said, added } }) => [chat, `${said}${added ? ` + ${added}` : ''}`]));
    assert.deepEqual(list, { [Waits.phone]: 'I need a visit', [Sleeps.phone]: 'I am asleep', [Talks.phone]: 'Hi + Do you treat cats?', [Dropped.phone]: 'Hm',
      [Lost.phone]: 'Out of reach', [Urges.phone]: 'Nobody there? + urgent, but nobody on duty was told', [Mumbles.phone]: 'Mm + Yes and no' });
    // A second message of the same night is not answered again; by day none is.
    await Waits.says('And another thing');
    await Early.says('Good morning');
    await taken.gets('Open: nothing to do', 1);
    await taken.gets('Opening hours', 10);
    assert.equal((await taken.gets('Can it wait?', 8)).length, 8);
    assert.deepEqual(await Early.messages(), []);
    return taken;
  });

  example('send-messages.json', async (take, press) => {
    const named = { name: 'visit_reminder', language: 'en' };
    await rig.call('template.create', { ...named, category: 'utility', content: { body: 'Hello {{1}}, we expect you tomorrow.', samples: [{ name: '1', value: 'Anna' }] } });
    await rig.call('template.update', { ...named, status: 'APPROVED' });
    const one = await person('Reads');
    const buttons = ['A text', 'A file by link', 'A file of the message', 'A place', 'A contact', 'A template'];
    const taken = await take((of) => {
      toWhom(of, Object.fromEntries([...buttons, 'Change a message'].map((name) => [name, one.phone])));
      of('Send a file by link').attachments[0].url = `${away}/price-list.pdf`;
    });
    for (const [i, name] of buttons.entries()) {
      await press(name);
      await taken.gets('Sent', i + 1);
    }
    await press('Change a message');
    await taken.gets('Gone', 1);
    assert.equal(taken.came('What went wrong').length, 0);
    const heard = (await one.messages()).map(({ body }) => body);
    assert.ok(heard.includes('Hello Anna, we expect you tomorrow.'), JSON.stringify(heard));
  });

  example('ask-the-customer.json', async (take, press) => {
    const { Picks, Votes, Dates, Waits } = await people('Picks', 'Votes', 'Dates', 'Waits');
    const taken = await take((of) => {
      toWhom(of, { 'Pick a doctor': Picks.phone, 'Vote for a time': Votes.phone, 'Ask for a date': Dates.phone, Cancel: Dates.phone });
    });
    await press('Pick a doctor');
    await Picks.answers('Which doctor', 'Dr. Petrov');
    await taken.gets('A choice', 1);
    await press('Vote for a time');
    await Votes.answers('What time suits you?', 'Evening');
    assert.deepEqual((await taken.gets('A choice', 2)).map(({ answer }) => [answer.index, answer.text]), [[2, 'Dr. Petrov'], [2, 'Evening']]);
    await press('Ask for a date');
    await Dates.answers('Which day suits you?', 'soon');
    await Dates.answers('That is no date.', '01.03.2027');
    assert.equal((await taken.gets('A date', 1))[0].answer.value, '2027-03-01');
    await press('Ask for a date');
    await Dates.hears('Which day suits you?');
    await Dates.open();
    await press('Cancel');
    await taken.gets('How many', 1);
    await taken.gets('Silent', 1);
    assert.deepEqual(await Waits.messages(), []);
  });

  example('robots.json', async (take, press) => {
    const { Deal } = await people('Deal');
    const taken = await take((of) => {
      toWhom(of, { 'Deal 17 is new': Deal.phone, 'Deal 17 is won': Deal.phone });
      of('Send the offer').attachments[0].url = `${away}/price-list.pdf`;
    });
    await press('Deal 17 is new');
    await Deal.hears('Here is our offer.');
    await Deal.hears('');
    await Deal.answers('Shall we go on?', 'Yes');
    await taken.gets('Result', 1);
    await press('Deal 17 is new');
    await Deal.hears('Here is our offer.');
    await Deal.hears('');
    await Deal.hears('Shall we go on?');
    await Deal.open();
    await press('Deal 17 is won');
    await taken.gets('Ended', 1);
    assert.equal((await taken.gets('Moved on', 1))[0].nodeline.reason, 'stage_changed');
  });

  example('events.json', async (take) => {
    const taken = await take();
    await reading(rig, 5);
    await rig.writes(anna, 'Good evening');
    assert.equal((await taken.gets('The message', 1))[0].payload, 'Good evening');
    await rig.call('message.sendText', { line: 'demo', key: 'events-example', chat: anna, text: 'Good evening to you' });
    await until('receipts come', () => taken.came('The receipt').length > 0, { timeout: patience });
  });

  example('look-up.json', async (take, press) => {
    const taken = await take();
    for (const [i, name] of ['Who wrote last', 'Many numbers', 'Open questions', 'Templates'].entries()) {
      await press(name);
      await taken.gets('Found', i + 1);
    }
    await press('Pause for the holidays');
    await taken.gets('Stands', 1);
    await press('Go on');
    await taken.gets('Stands', 2);
  });
});
