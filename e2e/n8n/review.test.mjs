// @ts-check
// AI agents of a real n8n: the review that n8n makes of a waiting node, and the node as a
// tool. The model is a small server that calls the first tool it is offered, once.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { entry, typeOf, workflow } from './rig.mjs';
import { WaitsRig } from './waits.mjs';

const rig = new WaitsRig('review');
/** What the model was told last. @type {{tools: string[], heard: string}} */
const told = { tools: [], heard: '' };
const model = createServer((request, response) => {
  /** @type {Buffer[]} */ const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const { messages, tools } = JSON.parse(Buffer.concat(parts).toString());
    const last = messages.at(-1);
    told.tools = tools.map((/** @type {any} */ tool) => tool.function.name);
    told.heard = last.role === 'tool' ? last.content : '';
    const call = { id: 'call_1', type: 'function', function: { name: told.tools[0], arguments: JSON.stringify({ input: '6*7' }) } };
    const message = told.heard ? { role: 'assistant', content: `Heard: ${told.heard}` } : { role: 'assistant', content: null, tool_calls: [call] };
    response.setHeader('content-type', 'application/json').end(JSON.stringify({
      id: 'answer', object: 'chat.completion', created: 1, model: 'small', usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      choices: [{ index: 0, message, finish_reason: told.heard ? 'stop' : 'tool_calls' }],
    }));
  });
});

before(async () => {
  await new Promise((resolve) => { model.listen(0, '127.0.0.1', () => resolve(undefined)); });
  await rig.up();
});
after(async () => {
  model.close();
  await rig.stop();
});

/**
 * A flow with an agent; `chain` are its tools, each below the one before: the last is what the agent may do.
 * @param {string} name @param {import('./rig.mjs').Node[]} chain
 */
async function agent(name, chain) {
  const address = /** @type {import('node:net').AddressInfo} */ (model.address());
  const key = await rig.n8n.createCredential('Model', 'openAiApi', { apiKey: 'none', url: `http://127.0.0.1:${address.port}/v1` });
  const made = workflow(name, [
    entry(name).hook,
    { name: 'Agent', type: '@n8n/n8n-nodes-langchain.agent', typeVersion: 3, parameters: { promptType: 'define', text: 'Go', options: { enableStreaming: false } } },
    { name: 'Model', type: '@n8n/n8n-nodes-langchain.lmChatOpenAi', typeVersion: 1.2, parameters: { model: { __rl: true, mode: 'id', value: 'small' }, options: {} }, credentials: key },
    ...chain,
  ], { Start: [['Agent']] });
  const link = (/** @type {string} */ from, /** @type {string} */ to, /** @type {string} */ type) =>
    Object.assign(made.connections, { [from]: { [type]: [[{ node: to, type, index: 0 }]] } });
  link('Model', 'Agent', 'ai_languageModel');
  chain.forEach((node, i) => link(node.name, chain[i - 1]?.name ?? 'Agent', 'ai_tool'));
  const id = await rig.n8n.create(made);
  await rig.n8n.activate(id);
  /** @type {Set<string>} */ const seen = new Set();
  return {
    start: async () => {
      await rig.n8n.webhook(name, {});
      return rig.next(id, seen);
    },
  };
}

test('an agent does what a person approved in the chat, and hears why not', async () => {
  const phone = await rig.customer();
  const review = rig.ask({ chat: { __rl: true, mode: 'phone', value: phone }, message: '=The agent wants to use {{ $tool.name }}', buttons: {} });
  const { start } = await agent('approval', [
    { ...review, type: `${typeOf('Activity')}HitlTool` },
    { name: 'Calculator', type: '@n8n/n8n-nodes-langchain.toolCalculator', typeVersion: 1 },
  ]);
  for (const [says, approved, heard] of /** @type {const} */ ([['1', true, ''], ['2', false, 'rejected'], ['Сначала позвоните', false, 'Сначала позвоните']])) {
    const id = await start();
    await rig.open(id);
    const question = await rig.arrives(phone, 'The agent wants to use Calculator');
    assert.match(question.body, /1\. Approve\n2\. Decline/);
    await rig.writes(phone, says);
    const done = await rig.n8n.reaches(id, 'success');
    assert.equal(done.runs('Ask')[0].data.ai_tool[0][0].json.data.approved, approved);
    assert.equal(done.ran.includes('Calculator'), approved);
    assert.ok(told.heard.includes(heard), told.heard);
  }
  await rig.nothingLeft();
});

test('an agent asks a person by the node as its tool, and hears the answer', async () => {
  const phone = await rig.customer();
  const tool = rig.ask({ chat: { __rl: true, mode: 'phone', value: phone }, message: 'Придёте?' });
  const { start } = await agent('tool', [{ ...tool, type: `${typeOf('Activity')}Tool` }]);
  const id = await start();
  await rig.open(id);
  await rig.arrives(phone, 'Придёте?');
  await rig.writes(phone, '2');
  await rig.n8n.reaches(id, 'success');
  assert.equal(JSON.parse(told.heard)[0].answer.text, 'Нет');
  await rig.nothingLeft();
});
