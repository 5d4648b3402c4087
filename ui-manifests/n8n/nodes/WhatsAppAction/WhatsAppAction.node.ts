import { NodeConnectionTypes, type IDataObject, type IExecuteFunctions, type INodeExecutionData, type INodeType, type INodeTypeDescription } from 'n8n-workflow';
import { nodelineApiTest } from '../../shared/credential-test';
import { errorJson, failure, nodeError } from '../../shared/errors';
import { mint } from '../../shared/key';
import { LineFinder } from '../../shared/lines';
import { placed, problemOfResult } from '../../shared/results';
import { call } from '../../shared/transport';

/** Does one thing in WhatsApp for each item, now, and goes on with its result. */
export class WhatsAppAction implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'WhatsApp Action',
    name: 'whatsAppAction',
    icon: { light: 'file:../../icons/nodeline.svg', dark: 'file:../../icons/nodeline.dark.svg' },
    group: ['output'],
    version: 1,
    subtitle: '={{$parameter["operation"] + ": " + $parameter["resource"]}}',
    description: 'Send and look up in WhatsApp, now: messages, numbers, chats, groups',
    defaults: { name: 'WhatsApp Action' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [
      { name: 'nodelineOAuth2Api', required: true, displayOptions: { show: { authentication: ['oAuth2'] } } },
      { name: 'nodelineApi', required: true, testedBy: 'nodelineApiTest', displayOptions: { show: { authentication: ['token'] } } },
    ],
    properties: [
      {
        displayName: 'Authentication',
        name: 'authentication',
        type: 'options',
        noDataExpression: true,
        options: [
          { name: 'Link by QR Code (OAuth2)', value: 'oAuth2' },
          { name: 'URL and Token', value: 'token' },
        ],
        default: 'oAuth2',
      },
      {
        displayName: 'Resource',
        name: 'resource',
        type: 'options',
        noDataExpression: true,
        options: [{ name: 'Message', value: 'message' }],
        default: 'message',
      },
      {
        displayName: 'Operation',
        name: 'operation',
        type: 'options',
        noDataExpression: true,
        displayOptions: { show: { resource: ['message'] } },
        options: [{ name: 'Send Text', value: 'sendText', action: 'Send a text message', description: 'Send one text message' }],
        default: 'sendText',
      },
      {
        displayName: 'Phone Number or Chat',
        name: 'chat',
        type: 'string',
        default: '',
        required: true,
        placeholder: '+7 900 000-00-02',
        displayOptions: { show: { resource: ['message'], operation: ['sendText'] } },
      },
      {
        displayName: 'Message',
        name: 'text',
        type: 'string',
        typeOptions: { rows: 4 },
        default: '',
        required: true,
        displayOptions: { show: { resource: ['message'], operation: ['sendText'] } },
      },
      {
        displayName: 'Save Result To',
        name: 'saveTo',
        type: 'string',
        default: '',
        placeholder: 'whatsapp.sent',
        description: 'A field of the item that gets the result, beside what the item holds already; dots nest. Empty: the result takes the item\'s place.',
      },
    ],
  };

  methods = { credentialTest: { nodelineApiTest } };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    const items = this.getInputData();
    const out: INodeExecutionData[] = [];
    const lines = new LineFinder(this);
    for (const [i, item] of items.entries()) {
      try {
        const result = await sendText(this, lines, i);
        const saveTo = this.getNodeParameter('saveTo', i, '') as string;
        out.push({ json: placed(item.json, result, saveTo), pairedItem: { item: i }, ...(item.binary ? { binary: item.binary } : {}) });
      } catch (error) {
        if (!this.continueOnFail()) throw nodeError({ node: this.getNode(), itemIndex: i }, error);
        out.push({ json: { error: errorJson(error) }, pairedItem: { item: i } });
      }
    }
    return [out];
  }
}

async function sendText(ctx: IExecuteFunctions, lines: LineFinder, i: number): Promise<IDataObject> {
  const params = {
    line: await lines.find('', i),
    key: mint(ctx, i, {}),
    chat: ctx.getNodeParameter('chat', i),
    text: ctx.getNodeParameter('text', i),
  } as IDataObject;
  const result = await call(ctx, 'message.sendText', params, i);
  const problem = problemOfResult(result);
  if (problem) throw failure({ node: ctx.getNode(), itemIndex: i }, problem);
  return result;
}
