// The generated properties and specs, and the requests that parameters make: over the
// built files, n8n's own reading of properties, and the sidecar's own rules.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { all, asked, displayed, examples, made, nodes, parametersOf, requestOf, validator, vectors } from './catalog.mjs';

const offered = new Set(all.map(({ spec }) => spec.method));

/** Says how parameters of an operation make a request again, and whether they can. */
async function around({ kind, key, spec }, request) {
  const wanted = asked(spec, request);
  const { parameters, left } = parametersOf(spec.fields, wanted);
  if (Object.values(left).some((value) => JSON.stringify(value) !== '{}')) return undefined;
  return { got: await made(kind, key, parameters), wanted: { ...wanted, ...spec.fixed } };
}

/** A request without what says nothing: blanks, defaults, and of a reference what does not name the message. */
function plain(spec, request) {
  const references = spec.fields.filter(({ control }) => control === 'message').map(({ path }) => path);
  const absent = new Map(spec.fields.map((field) => [field.path, field.absent]));
  const bare = (value, path) => {
    if (typeof value !== 'object') return typeof value === 'string' && !value.trim() ? undefined : value;
    if (value === null) return undefined;
    if (Array.isArray(value)) {
      const items = value.map((item) => bare(item, '')).filter((item) => item !== undefined && Object.keys(item).some((name) => name !== 'id'));
      return items.length ? items : undefined;
    }
    const author = path.endsWith('.from') && references.includes(path.slice(0, -5));
    const reference = value.message ? ['message'] : ['messageId', 'id', 'key', 'from'];
    const names = references.includes(path) ? reference : author ? ['phone', 'lid', 'jid'] : Object.keys(value);
    const members = Object.fromEntries(names.map((name) => [name, bare(value[name], path ? `${path}.${name}` : name)]));
    if (references.includes(path) && value.message) members.message = plain({ fields: [{ control: 'message', path: 'message' }] }, { message: value.message }).message;
    const filled = Object.entries(members).filter(([name, inner]) => inner !== undefined && inner !== absent.get(path ? `${path}.${name}` : name));
    return filled.length || !path ? Object.fromEntries(filled) : undefined;
  };
  return bare(request, '');
}

describe('a request becomes parameters and the same request again', async () => {
  for (const [i, { method, request }] of (await examples()).entries()) {
    if (!offered.has(method)) continue;
    test(`example ${i}: ${method}`, async () => {
      let count = 0;
      for (const one of all.filter(({ spec }) => spec.method === method)) {
        const both = await around(one, request);
        if (!both) continue;
        assert.deepEqual(both.got, both.wanted, `${one.kind} ${one.key}`);
        count++;
      }
      assert.ok(count > 0, 'no node can express it');
    });
  }

  test('every vector that can be expressed', async () => {
    const expressed = new Set();
    for (const { name, method, params } of await vectors()) {
      for (const one of all.filter(({ spec }) => spec.method === method)) {
        const both = await around(one, params);
        if (!both) continue;
        const what = `${name}: ${one.kind} ${one.key}`;
        assert.deepEqual(both.got, plain(one.spec, both.wanted), what);
        const minted = one.spec.minted.filter((field) => field in params).map((field) => [field, params[field]]);
        const { issues } = validator.judge(method, { ...both.got, ...Object.fromEntries(minted) }, 'en');
        // What is only white space is blank here; the rules refuse a blank only where it is required.
        assert.deepEqual(issues.filter(({ rule }) => rule !== 'required'), [], what);
        expressed.add(name);
      }
    }
    assert.ok(expressed.size > 300, `${expressed.size} of them`);
  });
});

/** A value for a field, as its property proposes it. */
function proposed(field, property) {
  switch (field.control) {
    case 'line':
    case 'chat':
    case 'template': {
      const mode = property.modes.find(({ type }) => type === 'string');
      return { __rl: true, mode: mode.name, value: mode.placeholder.replace('e.g. ', '') };
    }
    case 'number':
      return property.default;
    case 'boolean':
      return !property.default;
    case 'select':
      return field.many ? property.options.map(({ value }) => value) : property.options.at(-1).value;
    case 'duration':
      return property.type === 'fixedCollection' ? { values: defaultsOf(property.options[0].values) } : property.default;
    case 'group':
    case 'files': {
      const [{ values }] = property.options;
      const item = { ...defaultsOf(values), ...Object.fromEntries(field.fields.map((inner) => [inner.param, proposed(inner, values.find(({ name }) => name === inner.param))])) };
      const items = field.path === 'options' ? [item, { ...item, text: 'No', id: 'no' }] : [item];
      return { values: field.many ? items : item };
    }
    default:
      return property.placeholder ? property.placeholder.replace('e.g. ', '') : property.default === '={{ $json }}' ? { messageId: '3EB0' } : 'n1';
  }
}

const defaultsOf = (values) => Object.fromEntries(values.map((property) => [property.name, property.default]));

/** The property of a field's parameter among those displayed. */
function propertyOf(shown, field) {
  const [first, second] = field.param.split('.');
  const property = shown.find(({ name }) => name === first);
  return first === 'options' ? property?.options.find(({ name }) => name === second) : property;
}

/** Fields that the rules do not take beside others, and those others. */
const instead = { link: ['buttons'], call: ['buttons'] };

const get = (source, path) => path.split('.').reduce((at, step) => at?.[step], source);

describe('every field fills in its part of a request that the rules let through', () => {
  for (const { kind, key, spec } of all) {
    const kinds = spec.fields.find(({ path }) => path === 'answer.kind') ? displayed(kind, key).find(({ name }) => name === 'answerKind').options.map(({ value }) => value) : [undefined];
    for (const answerKind of kinds) {
      test([kind, key, answerKind].filter(Boolean).join(' '), async () => {
        const chosen = answerKind ? { answerKind } : {};
        const shown = displayed(kind, key, chosen);
        const fields = spec.fields.filter(({ when = {} }) => Object.entries(when).every(([name, values]) => values.includes(String(chosen[name]))));
        const more = ({ param }) => param.startsWith('options.');
        const bounds = { number: ['1', '100'], date: ['2026-03-01', '2026-04-01'], text: ['1', '100'] }[answerKind] ?? [];
        const basic = { ...chosen };
        for (const field of fields.filter((field) => !more(field) && field.path !== 'answer.kind')) {
          basic[field.param] = { 'answer.min': bounds[0], 'answer.max': bounds[1] }[field.path] ?? proposed(field, propertyOf(shown, field));
        }
        const judged = async (parameters) => {
          const request = await made(kind, key, parameters);
          const minted = { key: 'k1', id: 'a1', name: 'n8n', url: 'https://flows.example.com/hook' };
          const { issues } = validator.judge(spec.method, { ...request, ...Object.fromEntries(spec.minted.filter((name) => minted[name]).map((name) => [name, minted[name]])) }, 'en');
          assert.deepEqual(issues, [], JSON.stringify(request));
          return request;
        };
        const request = await judged(basic);
        for (const field of fields.filter((field) => !more(field) && field.path)) {
          const value = get(request, field.path);
          assert.ok(value !== undefined || basic[field.param] * 86_400 === field.absent, `${field.path} is not filled in`);
        }
        for (const field of fields.filter(more)) {
          const name = field.param.split('.')[1];
          const beside = { ...basic, options: { [name]: proposed(field, propertyOf(shown, field)) } };
          for (const other of instead[field.path] ?? []) delete beside[other];
          const value = get(await judged(beside), field.path);
          assert.ok(value !== undefined || seconds(beside.options[name]) === field.absent, `${field.path} is not filled in`);
        }
      });
    }
  }
});

/** What a proposed duration comes to; anything else as it is. */
const seconds = (value) => (value?.values?.unit ? value.values.amount * { seconds: 1, minutes: 60, hours: 3600, days: 86_400 }[value.values.unit] : value);

describe('properties and specs are of one another', () => {
  const wiring = new Set(['authentication', 'resource', 'operation', 'ask']);
  for (const { kind, key, spec } of all) {
    const rule = displayed(kind, key).find(({ name }) => name === 'answerKind');
    for (const answerKind of rule?.options.map(({ value }) => value) ?? [undefined]) {
      test([kind, key, answerKind].filter(Boolean).join(' '), () => {
        const chosen = answerKind ? { answerKind } : {};
        const params = spec.fields
          .filter(({ when = {} }) => Object.entries(when).every(([name, values]) => values.includes(chosen[name])))
          .flatMap(({ param, unit }) => (unit ? [param, unit] : [param]));
        const reads = new Set([...params, ...spec.own].map((param) => param.split('.').slice(0, param.startsWith('options.') ? 2 : 1).join('.')));
        const shows = displayed(kind, key, chosen)
          .filter(({ name }) => !wiring.has(name))
          .flatMap(({ name, type, options }) => (type === 'collection' ? options.map((inner) => `${name}.${inner.name}`) : [name]));
        assert.deepEqual(shows.sort(), [...reads].sort());
      });
    }
  }

  test('each operation that is offered has a spec, and no other', () => {
    for (const [kind, { properties, operations }] of Object.entries(nodes)) {
      const offers = properties.filter(({ name }) => name === 'operation').flatMap(({ options, displayOptions }) =>
        options.flatMap(({ value }) => {
          const first = [...(displayOptions?.show.resource ?? []), value].join('.');
          const ways = properties.find(({ name, displayOptions: display }) => name === 'ask' && (!display || display.show.operation.includes(value)));
          return ways ? ways.options.map((way) => `${first}.${way.value}`) : [first];
        }));
      assert.deepEqual(Object.keys(operations).sort(), kind === 'trigger' ? ['events'] : offers.sort());
    }
  });
});

/** The request of a field of its own, by a parameter of its name. */
const alone = (field, parameters, upload) =>
  requestOf((name) => parameters[name], { fields: [{ param: field.path, label: field.path, ...field }] }, upload);

describe('what people and expressions put into parameters', () => {
  const cases = [
    ['a number where text is meant', { path: 'phone', control: 'text' }, 79000000002, '79000000002'],
    ['an object where text is meant', { path: 'text', control: 'text' }, { a: 1 }, '{"a":1}'],
    ['only white space', { path: 'text', control: 'text' }, ' \n', undefined],
    ['null', { path: 'text', control: 'text' }, null, undefined],
    ['a text with white space around is kept', { path: 'text', control: 'text' }, ' a ', ' a '],
    ['a picked chat', { path: 'chat', control: 'chat' }, { __rl: true, mode: 'list', value: '1@g.us' }, '1@g.us'],
    ['a picker left empty', { path: 'line', control: 'line' }, { __rl: true, mode: 'list', value: '' }, undefined],
    ['a chat by an expression', { path: 'chat', control: 'chat' }, '+79000000002', '+79000000002'],
    ['a number as text', { path: 'count', control: 'number' }, '20', 20],
    ['zero', { path: 'after', control: 'number' }, 0, 0],
    ['no number', { path: 'count', control: 'number' }, 'many', 'many'],
    ['yes as text', { path: 'multiple', control: 'boolean', absent: false }, 'true', true],
    ['no', { path: 'multiple', control: 'boolean', absent: false }, false, undefined],
    ['several values as text', { path: 'kinds', control: 'select', many: true }, 'a,b', ['a', 'b']],
    ['none of several values', { path: 'kinds', control: 'select', many: true }, [], undefined],
    ['texts of an array', { path: 'phones', control: 'texts', split: 'commas' }, ['1', ' 2 ', ''], ['1', '2']],
    ['texts by commas, semicolons and lines', { path: 'phones', control: 'texts', split: 'commas' }, '1, 2;3\n4', ['1', '2', '3', '4']],
    ['texts by lines keep commas', { path: 'options', control: 'texts', split: 'lines' }, 'Yes, please\nNo', ['Yes, please', 'No']],
    ['a template without a language', { path: 'template', control: 'template' }, 'visit', { name: 'visit' }],
    ['a template of an object', { path: 'template', control: 'template' }, { name: 'visit', language: 'en', body: 'x' }, { name: 'visit', language: 'en' }],
    ['a message id', { path: 'message', control: 'message' }, ' 3EB0 ', { messageId: '3EB0' }],
    ['a message of a send', { path: 'message', control: 'message' }, { messageId: '3EB0', key: 'k', status: 'sent', text: 'x' }, { messageId: '3EB0', key: 'k' }],
    ['a message of an event', { path: 'message', control: 'message' }, { id: 'evt_1', message: { id: '3A', from: { phone: '+1', name: 'A' }, text: 'x' } }, { message: { id: '3A', from: { phone: '+1' } } }],
    ['the message that was edited', { path: 'message', control: 'message' }, { id: 'evt_1', edited: { id: '3A', from: { lid: '1@lid' } } }, { id: '3A', from: { lid: '1@lid' } }],
    ['the message with a new status', { path: 'message', control: 'message' }, { id: 'evt_1', status: { key: 'k', messageId: '3EB0', status: 'read' } }, { messageId: '3EB0', key: 'k' }],
    ["the customer's answer of a wait", { path: 'message', control: 'message' }, { ask: { id: 'a', messageId: '3EB0' }, answer: { text: 'Yes', id: 'yes', index: 1, raw: '1', messageId: '3A', from: { phone: '+1' } } }, { messageId: '3A', from: { phone: '+1' } }],
    ['an answer by itself', { path: 'message', control: 'message' }, { text: 'Yes', id: 'yes', index: 1, raw: '1', messageId: '3A', from: { phone: '+1' } }, { messageId: '3A', from: { phone: '+1' } }],
    ['the question of a wait without an answer', { path: 'message', control: 'message' }, { ask: { id: 'a', messageId: '3EB0' }, answer: { text: '', id: '', index: 0, raw: '' } }, { messageId: '3EB0', id: 'a' }],
    ['an ask that was looked up', { path: 'message', control: 'message' }, { id: 'a', messageId: '3EB0', status: 'read', answer: { raw: '1', messageId: '3A' } }, { messageId: '3EB0', id: 'a' }],
    ['a message as JSON text', { path: 'message', control: 'message' }, '{"messageId":"3EB0"}', { messageId: '3EB0' }],
    ['a message id that looks like JSON', { path: 'message', control: 'message' }, '{3EB0', { messageId: '{3EB0' }],
    ['an item that is no message', { path: 'message', control: 'message' }, { name: 'Anna' }, {}],
    ['a list of an expression', { path: 'buttons', control: 'group', many: true, fields: [{ path: 'text', param: 'text', control: 'text', label: 'Text' }] }, [{ text: 'Yes' }, { text: '' }, 'x'], [{ text: 'Yes' }]],
    ['a choice with an id and no text', { path: 'buttons', control: 'group', many: true, fields: [{ path: 'id', param: 'id', control: 'text', label: 'ID' }, { path: 'text', param: 'text', control: 'text', label: 'Text' }] }, { values: [{ id: 'x', text: '' }] }, undefined],
    ['files of an expression', { path: 'attachments', control: 'files', many: true, fields: [{ path: 'url', param: 'url', control: 'text', label: 'URL' }, { path: 'title', param: 'title', control: 'text', label: 'Name' }] }, [{ url: 'https://a', title: 'A' }], [{ url: 'https://a', title: 'A' }]],
    ['files that an expression gives, beside one by link', { path: 'attachments', control: 'files', many: true, fields: [{ path: 'url', param: 'url', control: 'text', label: 'URL' }, { path: 'title', param: 'title', control: 'text', label: 'Name' }] },
      { values: [{ from: 'list', list: [{ url: 'https://a', title: 'A' }, { url: '' }, { url: 'https://b' }] }, { from: 'url', url: 'https://c' }, { from: 'list', list: '[{"url":"https://d"}]' }] },
      [{ url: 'https://a', title: 'A' }, { url: 'https://b' }, { url: 'https://c' }, { url: 'https://d' }]],
    ['no files of an expression', { path: 'attachments', control: 'files', many: true, fields: [] }, { values: [{ from: 'list', list: undefined }] }, undefined],
    ['a link that was typed before another way was chosen', { path: 'attachments', control: 'files', many: true, fields: [{ path: 'url', param: 'url', control: 'text', label: 'URL' }, { path: 'mediaId', param: 'mediaId', control: 'text', label: 'File' }] }, { values: [{ from: 'mediaId', url: 'https://a', mediaId: 'med_1' }] }, [{ mediaId: 'med_1' }]],
  ];
  for (const [name, field, value, want] of cases) {
    test(name, async () => {
      assert.deepEqual(await alone(field, { [field.path]: value }), want === undefined ? {} : { [field.path]: want });
    });
  }

  test('a duration in each unit', async () => {
    const field = { path: 'timeLimit', control: 'duration', unit: 'unit', absent: 86_400 };
    for (const [amount, unit, want] of [[90, 'seconds', 90], [1.5, 'minutes', 90], ['2', 'hours', 7200], [2, 'days', 172_800], [0, 'days', 0], [7, undefined, 7]]) {
      assert.deepEqual(await alone(field, { timeLimit: amount, unit }), { timeLimit: want });
    }
    assert.deepEqual(await alone(field, { timeLimit: 1, unit: 'days' }), {}, 'the default is left out');
    assert.deepEqual(await alone(field, { timeLimit: '', unit: 'days' }), {});
    assert.deepEqual(await alone(field, { timeLimit: 'soon', unit: 'days' }), { timeLimit: 'soon' }, 'the sidecar refuses it by its name');
  });

  test('binary data is uploaded once for each file, with its name', async () => {
    const field = { path: 'attachments', control: 'files', many: true, fields: [{ path: 'url', param: 'url', control: 'text', label: 'URL' }, { path: 'title', param: 'title', control: 'text', label: 'Name' }] };
    const values = [{ from: 'binary', binaryProperty: 'photo', title: 'Cat.jpg' }, { from: 'url', url: 'https://a' }, { from: 'binary', title: ' ' }];
    const asked = [];
    const upload = async (property, title) => `med_${asked.push([property, title])}`;
    assert.deepEqual(await alone(field, { attachments: { values } }, upload), {
      attachments: [{ title: 'Cat.jpg', mediaId: 'med_1' }, { url: 'https://a' }, { mediaId: 'med_2' }],
    });
    assert.deepEqual(asked, [['photo', 'Cat.jpg'], ['data', undefined]]);
    await assert.rejects(alone(field, { attachments: { values } }), /cannot attach/);
  });

  test('a parameter is read once, and one that is not displayed is not read', async () => {
    const reads = [];
    const spec = { fields: [
      { path: 'a', param: 'options.a', control: 'text', label: 'A' },
      { path: 'b', param: 'options.b', control: 'text', label: 'B' },
      { path: 'c', param: 'c', control: 'text', label: 'C', when: { kind: ['x'] } },
    ], fixed: { kind: 'robot' } };
    const values = { options: { a: '1', b: '2' }, kind: 'y', c: '3' };
    assert.deepEqual(await requestOf((name) => (reads.push(name), values[name]), spec), { a: '1', b: '2', kind: 'robot' });
    assert.deepEqual(reads, ['options', 'kind']);
  });
});
