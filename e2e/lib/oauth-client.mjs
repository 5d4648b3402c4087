// @ts-check
// A program that asks for a line as a flow editor does: an address to come back to on
// this machine, PKCE, and its own exchange of the code.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

export class OAuthClient {
  /** @param {string} sidecar its address */
  constructor(sidecar) {
    this.sidecar = sidecar;
    this.client = 'n8n';
    this.verifier = randomBytes(32).toString('base64url');
    this.state = randomBytes(12).toString('base64url');
    /** What came back, oldest first. @type {URLSearchParams[]} */
    this.answers = [];
    this.server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
      if (pathname !== '/callback') {
        response.writeHead(404).end();
        return;
      }
      this.answers.push(searchParams);
      response.setHeader('Content-Type', 'text/html');
      response.end(`<!doctype html><title>editor</title><p id="back">${searchParams.has('code') ? 'linked' : 'not linked'}</p>`);
    });
  }

  async start() {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const at = /** @type {import('node:net').AddressInfo} */ (this.server.address());
    this.redirect = `http://localhost:${at.port}/callback`;
    return this;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** The address that a popup opens. @param {Record<string, string>} [change] */
  url(change = {}) {
    const query = new URLSearchParams({
      response_type: 'code', client_id: this.client, redirect_uri: this.redirect ?? '', state: this.state, scope: 'line',
      code_challenge: createHash('sha256').update(this.verifier).digest('base64url'), code_challenge_method: 'S256', ...change,
    });
    return `${this.sidecar}/oauth/authorize?${query}`;
  }

  /** Chooses a line as a person does on the page, which this stands in for. @param {string} line */
  async allow(line) {
    let session = '';
    const act = async (/** @type {string} */ name, /** @type {object} */ params) => {
      const answer = await fetch(`${this.sidecar}/oauth/${name}`, {
        method: 'POST', headers: { 'Content-Type': 'application/json', Origin: this.sidecar }, body: JSON.stringify({ session, params }),
      });
      const result = await answer.json();
      if (!answer.ok) throw new Error(`${name}: ${JSON.stringify(result)}`);
      return result;
    };
    ({ session } = await act('session', { query: new URL(this.url()).search.slice(1) }));
    const { redirect } = await act('grant', { line });
    await fetch(redirect);
  }

  /** @param {Record<string, string>} fields @returns {Promise<any>} */
  async token(fields) {
    const answer = await fetch(`${this.sidecar}/oauth/token`, { method: 'POST', body: new URLSearchParams({ client_id: this.client, ...fields }) });
    return { status: answer.status, ...await answer.json() };
  }

  /** Exchanges the code that came last. @returns {Promise<any>} */
  exchange() {
    const last = this.answers.at(-1);
    return this.token({
      grant_type: 'authorization_code', code: last?.get('code') ?? '', redirect_uri: this.redirect ?? '', code_verifier: this.verifier,
    });
  }
}
