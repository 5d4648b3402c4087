import type { Method, Methods } from './schema.gen.js';

/** A method's request. */
export type ParamsOf<M extends Method> = Methods[M]['request'];
/** A method's result. */
export type ResultOf<M extends Method> = Methods[M]['result'];

/** Methods that do something again when they are called again: never repeated unasked. */
export const onceOnly: ReadonlySet<Method> = new Set<Method>(['line.create', 'token.create']);
