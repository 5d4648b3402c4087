// The one connection of a line's config node, and what its nodes do with it.
import {
  Connection, HostFeed, Taken, type CallOptions, type Delivery, type Lang, type Method, type NodelineError, type ParamsOf, type ResultOf, type Take,
} from '@nodeline/client';
import { openWs } from '@nodeline/client/ws';
import type { LineView } from '../../shared/red.js';

/** How long running calls may end when a flow is stopped, milliseconds. */
const graceMs = 5_000;

/** What was taken, by host: it outlives redeploys, and so do repeats. */
const takenByHost = new Map<string, Taken>();

/** A line as its config node describes it. */
export interface LineSettings {
  url: string;
  token: string;
  line: string;
  host: string;
  lang: Lang;
  allowPlain: boolean;
}

/** What the service says to the log: each once per outage. */
export interface LineLog {
  up(): void;
  down(error: NodelineError): void;
  dropped(delivery: Delivery, error: unknown): void;
}

/** Carries calls and outcomes of one line. */
export class LineService {
  readonly #connection: Connection;
  readonly #feed: HostFeed;
  readonly #watchers = new Set<(view: LineView) => void>();
  #view: LineView;

  constructor(settings: LineSettings, log: LineLog) {
    let taken = takenByHost.get(settings.host);
    if (!taken) takenByHost.set(settings.host, taken = new Taken());
    let complained = false;
    const trouble = (error: NodelineError) => {
      complained = true;
      this.#show({ at: 'down', error });
      log.down(error);
    };
    this.#view = { at: settings.line && settings.token ? 'connecting' : 'unset' };
    this.#connection = new Connection({ ...settings, open: openWs }, {
      up: () => this.#feed.attach(),
      down: (error) => {
        this.#feed.detach();
        trouble(error);
      },
      push: (method, params) => {
        if (method === 'delivery') this.#feed.receive(params as Delivery);
      },
    });
    this.#feed = new HostFeed(this.#connection, settings, taken, {
      attached: () => {
        this.#show({ at: 'ready' });
        if (complained) log.up();
        complained = false;
      },
      refused: trouble,
      dropped: log.dropped,
    });
  }

  get view(): LineView {
    return this.#view;
  }

  /** Connects, where the line is set; every node must have registered before. */
  start(): void {
    if (this.#view.at !== 'unset') this.#connection.start();
  }

  /** Lets running calls end and disconnects. */
  async stop(): Promise<void> {
    this.#watchers.clear();
    await this.#connection.stop(graceMs);
    this.#feed.detach();
  }

  call<M extends Method>(method: M, params: ParamsOf<M>, options?: CallOptions): Promise<ResultOf<M>> {
    return this.#connection.call(method, params, options);
  }

  take(node: string, take: Take): () => void {
    return this.#feed.take(node, take);
  }

  watch(listener: (view: LineView) => void): () => void {
    this.#watchers.add(listener);
    listener(this.#view);
    return () => this.#watchers.delete(listener);
  }

  #show(view: LineView): void {
    this.#view = view;
    for (const listener of this.#watchers) listener(view);
  }
}
