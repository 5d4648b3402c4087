import { downloadFile, NodelineError, uploadFile, type CallOptions, type Issue, type LineState, type Method, type ParamsOf, type ResultOf, type Take } from '@nodeline/client';
import type { NodeDef } from 'node-red';
import { langOfRuntime, type LineNode, type LineView, type RED } from '../../shared/red.js';
import { judge } from '../../shared/validator-node.js';
import { environment, type Stored } from './access.js';
import { serveDialog } from './dialog.js';
import { hostId, instanceId } from './instance.js';
import { LineService } from './service.js';

/** States that no waiting mends: somebody has to act. */
const helpless: ReadonlySet<LineState> = new Set<LineState>(['unlinked', 'replaced', 'logged_out', 'banned']);

interface LineDef extends NodeDef {
  url: string;
  line: string;
  plain: boolean;
}

type ThisLine = { -readonly [K in keyof LineNode]: LineNode[K] } & { url: string; credentials: { token?: string } };

/** The config node of one line: it owns the one connection to the sidecar. */
export default function register(RED: RED): void {
  const env = environment();
  const lang = langOfRuntime(RED);

  function Line(this: ThisLine, def: LineDef): void {
    RED.nodes.createNode(this, def);
    this.url = def.url || env.url;
    this.line = def.line;
    this.lang = lang;
    this.host = hostOf(RED, this);
    const service = new LineService({
      url: this.url, token: this.credentials?.token ?? '', line: this.line, host: this.host, lang, allowPlain: def.plain === true,
    }, {
      up: () => this.log(RED._('status.up')),
      down: (error) => this.warn(withHint(error)),
      session: ({ state }, before) => {
        const bad = helpless.has(state);
        if (state === before?.state || !(bad || helpless.has(before?.state ?? state))) return;
        const said = RED._('status.session', { state: RED._(`state.${state}`) });
        if (bad) this.warn(said);
        else this.log(said);
      },
      dropped: (delivery, error) => this.error(RED._('status.dropped', { node: delivery.node ?? '', reason: error instanceof Error ? error.message : String(error) })),
    });
    Object.defineProperty(this, 'view', { get: (): LineView => service.view });
    this.call = <M extends Method>(method: M, params: ParamsOf<M>, options?: CallOptions): Promise<ResultOf<M>> => {
      const { view } = service;
      if (view.at !== 'unset') return service.call(method, params, options);
      return Promise.reject(new NodelineError('line_not_linked', RED._(view.lacks === 'token' ? 'common.error.no-token' : 'common.error.no-line')));
    };
    const target = { url: this.url, token: this.credentials?.token ?? '', lang, allowPlain: def.plain === true };
    this.upload = (file, signal) => uploadFile(target, { ...file, line: this.line }, signal);
    this.download = (link, most, signal) => downloadFile(target, link, most, signal);
    this.judge = (method, params): Promise<{ issues: Issue[]; warnings: Issue[] }> => judge(method, params, lang);
    this.take = (node: string, take: Take) => service.take(node, take);
    this.follow = (following, reader) => service.follow(following, reader);
    this.watch = (listener: (view: LineView) => void) => service.watch(listener);

    // Only then has every node of the flows registered, and no outcome finds nobody in.
    const start = () => service.start();
    RED.events.once('flows:started', start);
    this.on('close', (done: () => void) => {
      RED.events.removeListener('flows:started', start);
      service.stop().then(done, done);
    });
  }

  RED.nodes.registerType('nodeline-line', Line as never, {
    credentials: { token: { type: 'password' } },
    settings: {
      nodelineLineUrl: { value: env.url, exportable: true },
      nodelineLineReady: { value: Boolean(env.tokenFile), exportable: true },
    },
  });
  serveDialog(RED, (id) => storedOf(RED, id));
}

/** The address and token of a deployed line; nothing where it was never deployed. */
function storedOf(RED: RED, id: string): Stored | undefined {
  const node = RED.nodes.getNode(id) as ThisLine | null;
  if (!node || node.type !== 'nodeline-line') return undefined;
  const { token } = (RED.nodes.getCredentials(id) ?? {}) as { token?: string };
  return { url: node.url, token: token ?? '' };
}

/** This config node's name at the sidecar; without the installation's id where its folder cannot be written. */
function hostOf(RED: RED, node: ThisLine): string {
  try {
    return hostId(instanceId(RED.settings.userDir ?? process.cwd()), node.id);
  } catch (error) {
    node.warn(RED._('status.no-instance', { reason: error instanceof Error ? error.message : String(error) }));
    return hostId('any', node.id);
  }
}

function withHint(error: NodelineError): string {
  return error.hint ? `${error.message} ${error.hint}` : error.message;
}
