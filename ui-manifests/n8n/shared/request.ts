import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { requestOf as shared, type Read } from '../generated/request.gen';
import type { OperationSpec } from './spec';

/** Stores binary data of the item on the sidecar and gives its mediaId. `title` is the file's name where the person set one. */
export type Upload = (binaryProperty: string, title: string | undefined) => Promise<string>;

const isObject = (value: unknown): value is IDataObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a resourceLocator holds, and anything else as it is. */
const picked = (value: unknown) => (isObject(value) && value.__rl === true ? value.value : value);

/** The items of a fixedCollection, and what an expression gives instead as it is. */
const listed = (value: unknown) => (isObject(value) && 'values' in value ? value.values : value);

/**
 * The request that a node's parameters make for one item, without what the node mints
 * itself (spec.minted) and without a line where the person chose none.
 */
export function buildRequest(ctx: IExecuteFunctions, spec: OperationSpec, itemIndex: number, upload?: Upload): Promise<IDataObject> {
  return requestOf((name) => ctx.getNodeParameter(name, itemIndex, ''), spec, upload);
}

/** As buildRequest, of any source of parameters. */
export async function requestOf(read: Read, spec: OperationSpec, upload?: Upload): Promise<IDataObject> {
  const source = { read, picked, listed, upload: upload && ((held: unknown, title: string | undefined) => upload(String(held ?? 'data'), title)) };
  return (await shared(source, spec)) as IDataObject;
}
