// @ts-check
// Our nodes as tools of an AI agent on a real n8n; for waits see review.test.mjs, too. The model is a stand-in on
// loopback that speaks OpenAI's interface and plays a script.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { boris, demoLine, entry, owner, Rig, typeOf, workflow } from './rig.mjs';

const rig = new Rig('agent');
before(() => rig.up());
after(() => rig.stop());

/** @typedef {{name: string, arguments: object}} ToolCall */

/**
 * A model that calls tools as the script says, one entry per turn, and then says "Done."
 * @param {import('node:test').TestContext} t
 * @param {ToolCall[][]} script
 */
async function model(t, script) {
  /** @type {any[]} what it was asked */
  const asked = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const turn = script[asked.length];
    asked.push(JSON.parse(body));
    const calls = turn?.map(({ name, arguments: given }, i) => ({ id: `call_${asked.length}_${i}`, type: 'function', function: { name, arguments: JSON.stringify(given) } }));
    const message = calls ? { role: 'assistant', content: null, tool_calls: calls } : { role: 'assistant', content: 'Done.' };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({
      id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: 'stand-in', usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      choices: [{ index: 0, message, finish_reason: calls ? 'tool_calls' : 'stop' }],
    }));
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(undefined)); });
  t.after(() => server.close());
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/v1`;
  const credentials = await rig.n8n.createCredential('Model', 'openAiApi', { apiKey: 'none', url });
  return { asked, node: { name: 'Model', type: '@n8n/n8n-nodes-langchain.lmChatOpenAi', typeVersion: 1.2, parameters: { model: { __rl: true, mode: 'id', value: 'stand-in' }, options: {} }, credentials } };
}

/** @param {string} name @param {string} text @param {'string' | 'number'} [kind] */
const fromModel = (name, text, kind = 'string') => `={{ $fromAI('${name}', '${text}', '${kind}') }}`;

/**
 * Runs an agent with a node of ours as its tool.
 * @param {string} name
 * @param {number} version of the agent: 2 calls its tools by itself, 3 has the engine run them
 * @param {object} language the model's node
 * @param {Record<string, unknown>} parameters of the tool
 * @param {'Action' | 'Activity' | 'Robot'} [kind]
 */
async function agent(name, version, language, parameters, kind = 'Action') {
  const { hook } = entry(name);
  const tool = { ...rig.node(kind, 'Send a message', parameters), type: `${typeOf(kind)}Tool` };
  const made = workflow(name, [
    hook, { name: 'Agent', type: '@n8n/n8n-nodes-langchain.agent', typeVersion: version, parameters: { promptType: 'define', text: 'Write to Boris', options: {} } },
    /** @type {any} */ (language), tool,
  ], { Start: [['Agent']] });
  const id = await rig.n8n.create({ ...made, connections: {
    ...made.connections,
    Model: { ai_languageModel: [[{ node: 'Agent', type: 'ai_languageModel', index: 0 }]] },
    'Send a message': { ai_tool: [[{ node: 'Agent', type: 'ai_tool', index: 0 }]] },
  } });
  await rig.n8n.activate(id);
  await rig.n8n.webhook(name, {});
  return rig.n8n.newest(id, 'success', 30000);
}

const sendText = {
  resource: 'message', operation: 'sendText', descriptionType: 'auto',
  chat: { __rl: true, mode: 'phone', value: fromModel('phone', 'Phone number') }, text: fromModel('text', 'What to write'),
};

/** What the line wrote to a customer, in order. @param {string} customer @returns {Promise<string[]>} */
async function written(customer) {
  const { messages } = await rig.phone(`${customer}/chats/${owner}`);
  return messages.filter((/** @type {any} */ { fromMe }) => !fromMe).map((/** @type {any} */ { body }) => body);
}

test('the Action is offered as a tool, with words that a model can use', async () => {
  const types = await rig.n8n.types();
  const tool = types.find(({ name }) => name === `${typeOf('Action')}Tool`);
  assert.ok(tool, 'the Action is a tool');
  assert.deepEqual(tool.outputs, ['ai_tool']);
  assert.match(tool.description, /WhatsApp/);
  for (const property of tool.properties.filter((/** @type {any} */ { name }) => name === 'operation')) {
    // n8n adds an entry of its own, which leads to its HTTP Request node.
    for (const { value, action, description } of property.options.filter((/** @type {any} */ { value }) => value !== '__CUSTOM_API_CALL__')) {
      assert.ok(action?.length > 5 && description?.length > 15, `${property.displayOptions.show.resource}.${value}: "${action}", "${description}"`);
    }
  }
});

for (const [version, how] of /** @type {const} */ ([[2.2, 'by itself'], [3, 'by the engine']])) {
  test(`an agent that calls its tools ${how} sends what its model says, each message once`, async (t) => {
    const say = (/** @type {string} */ text) => ({ name: 'Send_a_message', arguments: { phone: boris, text: `${text} ${version}` } });
    const { asked, node } = await model(t, [[say('First'), say('Second')], [say('Third')]]);
    const done = await agent(`agent-${Math.floor(version)}`, version, node, sendText);
    assert.equal(done.items('Agent')[0]?.json.output, 'Done.');
    const [tool] = asked[0].tools;
    assert.equal(tool.function.name, 'Send_a_message');
    assert.equal(tool.function.description, 'Send a text message in WhatsApp Action');
    assert.deepEqual(Object.keys(tool.function.parameters.properties).sort(), ['phone', 'text']);
    const answers = asked[2].messages.filter((/** @type {any} */ { role }) => role === 'tool').map((/** @type {any} */ { content }) => content);
    assert.equal(answers.length, 3);
    for (const answer of answers) assert.match(answer, /"status":\s*"(queued|sending|sent|delivered|read)"/);
    await rig.arrives(boris, `Third ${version}`);
    assert.deepEqual((await written(boris)).filter((text) => text.endsWith(` ${version}`)).sort(), ['First', 'Second', 'Third'].map((text) => `${text} ${version}`));
  });
}

for (const version of [2.2, 3]) {
  test(`a model is told what was wrong, and may try again: agent ${version}`, async (t) => {
    const say = (/** @type {string} */ phone) => ({ name: 'Send_a_message', arguments: { phone, text: `Tried again ${version}` } });
    const { asked, node } = await model(t, [[say('438-16-78')], [say(boris)]]);
    await agent(`agent-error-${Math.floor(version)}`, version, node, sendText);
    const [told] = asked[1].messages.filter((/** @type {any} */ { role }) => role === 'tool');
    assert.match(told.content, /number/i);
    await rig.arrives(boris, `Tried again ${version}`);
  });
}

for (const version of [2.2, 3]) {
  test(`a model hears of a Robot's check also that a number is not on WhatsApp, and what was wrong: agent ${version}`, async (t) => {
    const check = (/** @type {string} */ phone) => ({ name: 'Send_a_message', arguments: { phone } });
    const { asked, node } = await model(t, [[check('+79990000000')], [check(boris)], [check('438-16-78')]]);
    const parameters = { operation: 'checkNumber', descriptionType: 'auto', phone: fromModel('phone', 'Phone number') };
    await agent(`robot-${Math.floor(version)}`, version, node, parameters, 'Robot');
    const [unknown, known, wrong] = asked[3].messages.filter((/** @type {any} */ { role }) => role === 'tool').map((/** @type {any} */ { content }) => content);
    assert.match(unknown, /"exists":\s*"N"/);
    assert.match(known, /"exists":\s*"Y"/);
    assert.match(wrong, /number/i);
  });
}

for (const kind of /** @type {const} */ (['Activity', 'Robot'])) {
  test(`an agent that calls its tools by itself cannot wait: nobody is asked, and the model is told why (${kind})`, async (t) => {
    const before = await rig.call('ask.list', { line: demoLine });
    const { asked, node } = await model(t, [[{ name: 'Send_a_message', arguments: { phone: boris, text: 'Will you come?' } }]]);
    const parameters = {
      operation: 'sendAndWait', ask: 'buttons', descriptionType: 'auto', chat: sendText.chat, message: sendText.text,
      buttons: { values: [{ text: 'Yes' }, { text: 'No' }] }, deadline: 1, deadlineUnit: 'hours', ...(kind === 'Robot' ? { item: 'deal-1', stage: 'new' } : {}),
    };
    await agent(`waits-${kind}`, 2.2, node, parameters, kind);
    const [told] = asked[1].messages.filter((/** @type {any} */ { role }) => role === 'tool');
    assert.match(told.content, /Nobody was asked: this AI Agent cannot wait for a person\.[^]*version 3/);
    assert.deepEqual(await rig.call('ask.list', { line: demoLine }), before);
  });
}
