// @ts-check
// The HTTP faces of the parts: loopback ports, JSON, the sidecar's RPC.
import { createServer } from 'node:net';

/**
 * A free loopback port: the preferred one, else any.
 * @param {number} preferred 0 for any
 * @returns {Promise<number>}
 */
export function freePort(preferred) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', (err) => (preferred ? freePort(0).then(resolve, reject) : reject(err)));
    server.listen({ host: '127.0.0.1', port: preferred, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(address && typeof address === 'object' ? address.port : preferred));
    });
  });
}

/**
 * Asks for JSON; an answer that is not 2xx throws with the body's start.
 * @param {string} url
 * @param {{method?: string, body?: unknown, headers?: Record<string, string>}} [options]
 * @returns {Promise<any>}
 */
export async function json(url, options = {}) {
  const response = await fetch(url, {
    method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
    headers: { ...(options.body === undefined ? {} : { 'content-type': 'application/json' }), ...options.headers },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    signal: AbortSignal.timeout(20000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 300)}`);
  return text ? JSON.parse(text) : undefined;
}

/**
 * One JSON-RPC call to the sidecar over HTTP.
 * @param {string} url the sidecar's address
 * @param {string} token
 * @param {string} method
 * @param {object} params
 * @returns {Promise<any>} the result; an RPC error throws with its code
 */
export async function rpc(url, token, method, params) {
  const response = await fetch(`${url}/rpc`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.timeout(20000),
  });
  const text = await response.text();
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Error(`${method}: the sidecar answered ${response.status}: ${text.slice(0, 300)}`);
  }
  if (answer.error) throw new Error(`${method}: ${answer.error.data?.code ?? answer.error.code}: ${answer.error.message}`);
  return answer.result;
}
