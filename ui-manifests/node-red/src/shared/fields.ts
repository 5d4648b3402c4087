// Values of a node's fields for one message.
import { NodelineError } from '@nodeline/client';
import type { Node, NodeMessage } from 'node-red';
import type { RED } from './red.js';

/** A field as the dialog stores it: a value and what kind of value it is. */
export interface Typed {
  value: string;
  /** str, msg, flow, global, env or jsonata. */
  type: string;
}

/** Reads typed fields. */
export class FieldReader {
  readonly #red: RED;
  readonly #node: Node;
  readonly #expressions = new Map<string, ReturnType<RED['util']['prepareJSONataExpression']>>();

  constructor(RED: RED, node: Node) {
    this.#red = RED;
    this.#node = node;
  }

  /**
   * What a field holds for this message, of any type.
   * @throws {NodelineError} invalid_request where it cannot be read
   */
  async value(label: string, field: Typed, msg: NodeMessage): Promise<unknown> {
    try {
      return await this.#evaluate(field, msg);
    } catch (cause) {
      // A property of what is not there is not there either; core nodes read it so.
      if (field.type === 'msg' && cause instanceof TypeError) return undefined;
      const reason = cause instanceof Error ? cause.message : String((cause as { message?: unknown })?.message ?? cause);
      throw new NodelineError('invalid_request', this.#red._('common.error.unreadable', { label, reason }), { field: label, cause });
    }
  }

  /**
   * A value as a text, undefined where there is none. Numbers, big integers and booleans are
   * written out; anything else is refused, because "[object Object]" is no message.
   * @param label the field's name, for the error
   * @throws {NodelineError} invalid_request
   */
  asText(label: string, value: unknown): string | undefined {
    switch (typeof value) {
      case 'string': return value;
      case 'number': case 'bigint': case 'boolean': return String(value);
      case 'undefined': return undefined;
    }
    if (value === null) return undefined;
    throw new NodelineError('invalid_request', this.#red._('common.error.not-text', { label }), { field: label });
  }

  #evaluate({ value, type }: Typed, msg: NodeMessage): Promise<unknown> {
    const { util } = this.#red;
    if (type === 'jsonata') {
      let expression = this.#expressions.get(value);
      if (!expression) {
        expression = util.prepareJSONataExpression(value, this.#node);
        this.#expressions.set(value, expression);
      }
      const ready = expression;
      return new Promise((resolve, reject) => {
        util.evaluateJSONataExpression(ready, msg, (error, result: unknown) => error ? reject(error) : resolve(result));
      });
    }
    return new Promise((resolve, reject) => {
      util.evaluateNodeProperty(value, type, this.#node, msg, (error: Error | null, result: unknown) => error ? reject(error) : resolve(result));
    });
  }
}
