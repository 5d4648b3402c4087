// The runtime of a node that starts a flow on a line's events.
//
//   flows started -> the place of the node's file -> line.follow
//   event -> message -> handed to the next nodes -> place written
//
// Nothing is lost: the place is written when the next nodes have the message. A process that
// is killed between the two hands the event over again, under the same msg.eventId.
import type { Event, EventKind, EventFilter, Following, NodelineError, Place } from '@nodeline/client';
import type { Node } from 'node-red';
import { Deploys, isDeployed } from '../deployed.js';
import { Filling } from '../filling.js';
import { handOver } from '../handover.js';
import type { NodeModel } from '../model.js';
import { langOfRuntime, lineOf, type LineNode, type Message, type RED, type UserDef } from '../red.js';
import { StatusLight } from '../status.js';
import { CursorFile, forgetNode } from './cursor-file.js';
import { fileOf, messageOf } from './message.js';

/** A node that was stopped no longer ago was redeployed, milliseconds: nothing was missed. */
const redeployMs = 60_000;

/** Pause between two looks of the status, milliseconds. */
const showMs = 500;

/** Errors that the line's config node tells of while it is not connected. */
const ofLine: ReadonlySet<string> = new Set(['unauthorized', 'forbidden', 'line_not_found', 'sidecar_unreachable', 'shutting_down', 'call_lost', 'client_stopped']);

/** Where nodes of this process stood when they were stopped, by node and line. */
type Stopped = Map<string, { place: Place; at: number }>;

/** What all nodes of one type share. */
interface Shared {
  red: RED;
  model: NodeModel;
  deploys: Deploys;
  stopped: Stopped;
}

/** Registers a node that starts a flow. */
export function triggerNode(RED: RED, model: NodeModel): void {
  const shared: Shared = { red: RED, model, deploys: new Deploys(RED), stopped: new Map() };
  function Constructor(this: Node, def: UserDef): void {
    RED.nodes.createNode(this, def);
    const trigger = new Trigger(shared, this, def);
    // Before that the next nodes may not be there yet.
    const start = () => { void trigger.start(); };
    RED.events.once('flows:started', start);
    this.on('close', (_removed: boolean, done: () => void) => {
      RED.events.removeListener('flows:started', start);
      trigger.close().then(done, done);
    });
  }
  RED.nodes.registerType(model.type, Constructor as never);
}

class Trigger {
  readonly #shared: Shared;
  readonly #node: Node;
  readonly #line: LineNode | undefined;
  readonly #filling: Filling;
  readonly #light: StatusLight;
  readonly #closed = new AbortController();
  readonly #file: CursorFile | undefined;
  readonly #key: string;
  #stop: () => Promise<void> = () => Promise.resolve();
  #place: Place | undefined;
  #unwritten = false;
  #count = 0;
  #lastAt = 0;
  #showing: ReturnType<typeof setTimeout> | undefined;

  constructor(shared: Shared, node: Node, def: UserDef) {
    const { red, model } = shared;
    this.#shared = shared;
    this.#node = node;
    this.#line = lineOf(red, def);
    this.#filling = new Filling(red, node, def, model);
    this.#light = new StatusLight(red, node, this.#line, () => this.#seen());
    this.#key = `${node.id} ${this.#line?.line ?? ''}`;
    this.#file = this.#line?.line ? new CursorFile(this.#userDir, node.id, this.#line.line) : undefined;
  }

  /** Begins to read, where the line is set. */
  async start(): Promise<void> {
    const line = this.#line;
    if (!line?.line) return;
    try {
      const following = { ...(await this.#picks()), ...(await this.#begins()) };
      const download = await this.#flag('download');
      if (this.#closed.signal.aborted) return;
      this.#place = following.from;
      this.#stop = line.follow(following, {
        take: (event, place) => this.#take(line, event, place, download),
        moved: (place) => this.#move(place),
        trouble: (error) => this.#trouble(error as NodelineError),
        live: () => this.#light.outcome(),
      });
    } catch (error) {
      this.#trouble(error as NodelineError);
    }
  }

  /** Done when nothing is on its way any more, and the place is written. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#stop();
    clearTimeout(this.#showing);
    this.#light.close();
    if (this.#place) this.#shared.stopped.set(this.#key, { place: this.#place, at: Date.now() });
    if (isDeployed(this.#shared.red, this.#node.id)) return;
    this.#shared.stopped.delete(this.#key);
    try {
      forgetNode(this.#userDir, this.#node.id);
    } catch (error) {
      this.#node.warn(this.#say('unwritten', error));
    }
  }

  get #userDir(): string {
    return this.#shared.red.settings.userDir ?? process.cwd();
  }

  /** Which events the node is set to. */
  async #picks(): Promise<Pick<Following, 'kinds' | 'filter'>> {
    const { kinds, filter } = await this.#filling.params({} as Message) as { kinds?: EventKind[]; filter?: EventFilter };
    const field = this.#filling.case.fields.find(({ path }) => path === 'kinds');
    if (kinds?.length || !field?.start) return { kinds, filter };
    // What was never set begins as in a new node; of none chosen all that this node has are meant.
    const unset = this.#filling.stored(field.param).value === undefined;
    return { kinds: (unset ? field.start : field.options?.map(({ value }) => value)) as EventKind[], filter };
  }

  /** Where the node goes on, and what of the time between it is to get. */
  async #begins(): Promise<Pick<Following, 'from' | 'missed' | 'unbroken'>> {
    const stopped = this.#shared.stopped.get(this.#key);
    this.#shared.stopped.delete(this.#key);
    const own = await this.#filling.own('missed', {} as Message) ?? 'all';
    const missed = own === 'none' ? 'none' : own === 'recent' ? await this.#minutes() : 'all';
    return { from: stopped?.place ?? this.#read(), missed, unbroken: stopped !== undefined && Date.now() - stopped.at < redeployMs };
  }

  async #minutes(): Promise<number> {
    const amount = Number(await this.#filling.own('missedFor', {} as Message));
    const { value: unit = 'minutes' } = this.#filling.stored('missedForUnit');
    return (Number.isFinite(amount) ? amount : 0) * (units[String(unit)] ?? 60_000);
  }

  async #flag(param: string): Promise<boolean> {
    if (!this.#filling.case.fields.some((field) => field.param === param)) return false;
    const value = await this.#filling.own(param, {} as Message);
    return value === true || value === 'true';
  }

  #read(): Place | undefined {
    try {
      return this.#file?.read();
    } catch (error) {
      this.#node.warn(this.#say('unreadable', error));
      return undefined;
    }
  }

  #move(place: Place): void {
    this.#place = place;
    try {
      this.#file?.write(place);
      this.#unwritten = false;
    } catch (error) {
      if (!this.#unwritten) this.#node.warn(this.#say('unwritten', error));
      this.#unwritten = true;
    }
  }

  /** Hands one event over; false brings it again. */
  async #take(line: LineNode, event: Event, place: Place, download: boolean): Promise<boolean> {
    const { deploys, red } = this.#shared;
    const { signal } = this.#closed;
    const msg = messageOf(event);
    const file = await fileOf(line, event, download, signal);
    if (file) {
      msg['file'] = file;
      if (file.error) this.#node.warn(`${file.error.message} ${file.error.hint ?? ''}`.trim());
    }
    while (deploys.underWay && !signal.aborted) await deploys.over(signal);
    if (signal.aborted) return false;
    const arrived = await handOver(red, this.#node, 0, () => this.#node.send(msg), () => signal.aborted);
    if (!arrived) return false;
    this.#move(place);
    this.#count++;
    this.#lastAt = Date.now();
    this.#showing ??= setTimeout(() => {
      this.#showing = undefined;
      this.#light.refresh();
    }, showMs);
    return true;
  }

  #trouble(error: NodelineError): void {
    if (this.#closed.signal.aborted || (ofLine.has(error.code) && this.#line?.view.at !== 'ready')) return;
    this.#node.error([error.message, error.hint].filter(Boolean).join(' '));
    this.#light.outcome('common.status.error', false);
  }

  /** How many events came since the flow was started, and when the last did. */
  #seen(): Parameters<Node['status']>[0] | undefined {
    if (this.#count === 0) return undefined;
    const { red } = this.#shared;
    const at = new Intl.DateTimeFormat(langOfRuntime(red) === 'ru' ? 'ru-RU' : 'en-GB', { hour: '2-digit', minute: '2-digit' }).format(this.#lastAt);
    return { fill: 'green', shape: 'dot', text: red._('common.status.events', { count: String(this.#count), at }) };
  }

  #say(key: string, error: unknown): string {
    return this.#shared.red._(`common.trigger.${key}`, { reason: error instanceof Error ? error.message : String(error) });
  }
}

const units: Record<string, number> = { seconds: 1_000, minutes: 60_000, hours: 3_600_000, days: 86_400_000 };
