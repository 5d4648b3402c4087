import { NodeOperationError, type IDataObject, type IExecuteFunctions, type INodeProperties, type IWebhookDescription } from 'n8n-workflow';
import { buildRequest } from '../request';
import type { OperationSpec } from '../spec';
import { waysOf, type Outcomes } from './outputs';
import type { Waiter } from './wait';

type Operations = Readonly<Record<string, OperationSpec>>;

/**
 * Where n8n takes the outcomes: an address of the waiting execution and this node, which
 * n8n makes and signs itself. Nothing is registered with the sidecar.
 */
export const outcomeWebhooks: IWebhookDescription[] = [
  { name: 'default', httpMethod: 'POST', responseMode: 'onReceived', responseData: '', path: '={{ $nodeId }}', restartWebhook: true, isFullPath: true },
];

/** When the items of a run go on; in a loop and in a sub-workflow it is always together. */
export const goOnProperty: INodeProperties = {
  displayName: 'With Several Items',
  name: 'goOn',
  type: 'options',
  noDataExpression: true,
  default: 'each',
  options: [
    { name: 'All Go On Together', value: 'together', description: 'When the last customer has answered or the last wait has ended. Always so within a loop and in a sub-workflow.' },
    { name: 'Each Goes On When It Is Answered', value: 'each', description: 'What follows runs at every answer' },
  ],
  displayOptions: { show: { operation: ['sendAndWait'] } },
};

/** What the editor says while a test run waits. */
export const waitingTooltip = 'Waiting for the answer in the chat. The node\'s output says whose, and until when.';

/** The outcomes of every operation, for the node's outputs. */
export const outcomesOf = (operations: Operations): Outcomes => Object.fromEntries(Object.entries(operations).map(([key, { outcomes }]) => [key, outcomes]));

/** The key of the chosen operation in the generated specs. */
export function operationKey(ctx: IExecuteFunctions): string {
  const operation = ctx.getNodeParameter('operation', 0) as string;
  return operation === 'sendAndWait' ? `${operation}.${ctx.getNodeParameter('ask', 0) as string}` : operation;
}

/** The spec of the chosen operation. */
export function operationOf(ctx: IExecuteFunctions, operations: Operations): OperationSpec {
  const key = operationKey(ctx);
  const spec = operations[key];
  if (!spec) throw new NodeOperationError(ctx.getNode(), `This version of the node has no operation "${key}".`);
  return spec;
}

/** What n8n has made of the node: a step of a flow, a tool of an AI agent, or the review of an agent's step by a person. */
export function roleOf(ctx: IExecuteFunctions): Waiter['role'] {
  const { type } = ctx.getNode();
  if (type.endsWith('HitlTool')) return 'review';
  return type.endsWith('Tool') ? 'tool' : 'step';
}

/** A review that names no buttons has these; the first approves. */
const approval = [{ id: 'approve', text: 'Approve' }, { id: 'decline', text: 'Decline' }];

/** How a node with the generated specs asks. */
export function waiterOf(ctx: IExecuteFunctions, spec: OperationSpec): Waiter {
  const role = roleOf(ctx);
  const { parameters } = ctx.getNode();
  return {
    role,
    // An agent reads one output, whatever the answer is.
    waysOf: (item) => waysOf(role === 'step' ? spec.outcomes : [], (param) => parameters[param], (param) => ctx.getNodeParameter(param, item, {})),
    requestOf: async (item, line) => {
      const request: IDataObject = { ...(await buildRequest(ctx, spec, item)), line };
      const asked = request.buttons as unknown[] | undefined;
      return role === 'review' && operationKey(ctx) === 'sendAndWait.buttons' && !asked?.length ? { ...request, buttons: approval } : request;
    },
  };
}
