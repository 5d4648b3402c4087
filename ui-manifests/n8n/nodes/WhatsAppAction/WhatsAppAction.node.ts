import { NodeConnectionTypes, NodeOperationError, type IExecuteFunctions, type INodeExecutionData, type INodeType, type INodeTypeDescription } from 'n8n-workflow';
import { operations, properties } from '../../generated/action.gen';
import { nodelineApiTest } from '../../shared/credential-test';
import { nodeError } from '../../shared/errors';
import { LineFinder } from '../../shared/lines';
import { listSearch } from '../../shared/lists';
import { perform } from '../../shared/operation';
import { hintsOf, itemOf, itemOfError } from '../../shared/results';

/** Does one thing in WhatsApp for each item, now, and goes on with its result. */
export class WhatsAppAction implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'WhatsApp Action',
    name: 'whatsAppAction',
    icon: { light: 'file:../../icons/nodeline.svg', dark: 'file:../../icons/nodeline.dark.svg' },
    group: ['output'],
    version: 1,
    subtitle: '={{$parameter["operation"] + ": " + $parameter["resource"]}}',
    description: 'Do one thing in WhatsApp, now: send a message or a file, check a number, look up chats and groups',
    defaults: { name: 'WhatsApp Action' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: [NodeConnectionTypes.Main],
    credentials: [
      { name: 'nodelineOAuth2Api', required: true, displayOptions: { show: { authentication: ['oAuth2'] } } },
      { name: 'nodelineApi', required: true, testedBy: 'nodelineApiTest', displayOptions: { show: { authentication: ['token'] } } },
    ],
    properties,
  };

  methods = { credentialTest: { nodelineApiTest }, listSearch };

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    const lines = new LineFinder(this);
    const out: INodeExecutionData[] = [];
    const warnings: string[] = [];
    for (const [i, item] of this.getInputData().entries()) {
      try {
        const chosen = `${this.getNodeParameter('resource', i)}.${this.getNodeParameter('operation', i)}`;
        const spec = operations[chosen];
        if (!spec) throw new NodeOperationError(this.getNode(), `There is no operation "${chosen}".`, { itemIndex: i });
        const done = await perform(this, spec, lines, i);
        out.push(itemOf(item, i, done, this.getNodeParameter('saveTo', i, '') as string));
        if (done.warning) warnings.push(done.warning);
      } catch (error) {
        const shown = nodeError({ node: this.getNode(), itemIndex: i }, error);
        // An agent's model is told, and may try again.
        if (!this.continueOnFail() && !this.isToolExecution()) throw shown;
        out.push(itemOfError(i, shown));
      }
    }
    this.addExecutionHints(...hintsOf(warnings, out.length));
    return [out];
  }
}
