// @ts-check
// The credential's tokens in a real n8n: refreshed by itself, and ended by the sidecar.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { OAuthClient } from '../lib/oauth-client.mjs';
import { anna, Rig } from './rig.mjs';

const rig = new Rig('credential');
/** @type {OAuthClient} */
let client;
before(async () => {
  await rig.up();
  client = await new OAuthClient(rig.sidecarUrl).start();
});
after(async () => {
  client.stop();
  await rig.stop();
});

/** A credential whose access token is no good any more. @param {string} name */
async function expired(name) {
  const [line] = (await rig.call('line.list', {})).lines;
  await client.allow(line.id);
  const { refresh_token } = await client.exchange();
  return rig.n8n.createCredential(name, 'nodelineOAuth2Api', {
    // As people type it.
    sidecarUrl: ` ${rig.sidecarUrl}/rpc/ `,
    oauthTokenData: { access_token: 'nla_expired', refresh_token, token_type: 'Bearer', expires_in: 3600, scope: 'line' },
  });
}

/** Sends each item's text with a credential. @param {string} name @param {Record<string, {id: string, name: string}>} credentials @param {string[]} senders nodes, side by side */
function sends(name, credentials, senders) {
  const node = (/** @type {string} */ one) => rig.node('Action', one,
    { authentication: 'oAuth2', resource: 'message', operation: 'sendText', chat: '={{ $json.phone }}', text: `={{ $json.text }} ${one}` }, { credentials });
  return rig.flow(name, senders.map(node), { Items: [senders] });
}

test('a token that has expired is refreshed, and the message goes out', async () => {
  const credentials = await expired('Expired');
  const flow = await sends('refresh', credentials, ['One']);
  for (const text of ['first', 'second']) {
    await rig.n8n.reaches(await flow.start({ phone: anna, text }), 'success', 60000);
    await rig.arrives(anna, `${text} One`);
  }
});

test('workflows that refresh at the same time all go on', async () => {
  const credentials = await expired('Shared');
  const flows = await Promise.all(['a', 'b', 'c'].map((name) => sends(`side-${name}`, credentials, [name])));
  const started = await Promise.all(flows.map((flow) => flow.start({ phone: anna, text: 'at once' })));
  await Promise.all(started.map((id) => rig.n8n.reaches(id, 'success', 60000)));
});

test('a token that was revoked: the execution says to connect again', async () => {
  const credentials = await expired('Revoked');
  const flow = await sends('revoked', credentials, ['One']);
  const { tokens } = await rig.call('token.list', {});
  await rig.call('token.revoke', { id: tokens.filter((/** @type {any} */ one) => one.name.startsWith('n8n (')).at(-1).id });
  const done = await rig.n8n.reaches(await flow.start({ phone: anna, text: 'never' }), 'error', 60000);
  assert.match(done.problem, /needs to be reconnected/);
});
