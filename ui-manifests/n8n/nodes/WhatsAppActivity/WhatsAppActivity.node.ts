import { NodeConnectionTypes, type IExecuteFunctions, type INodeExecutionData, type INodeType, type INodeTypeDescription } from 'n8n-workflow';
import { operations, properties } from '../../generated/activity.gen';
import { nodelineApiTest } from '../../shared/credential-test';
import { listSearch } from '../../shared/lists';
import { outputsOf } from '../../shared/wait/outputs';
import { waitForAnswers } from '../../shared/wait/wait';
import { goOnProperty, operationOf, outcomesOf, outcomeWebhooks, waiterOf, waitingTooltip } from '../../shared/wait/waiter';
import { takeOutcome } from '../../shared/wait/webhook';

/** Asks in the chat, waits for the answer, and goes on by it: whatever happens to an item meanwhile. */
export class WhatsAppActivity implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'WhatsApp Activity',
    name: 'whatsAppActivity',
    icon: { light: 'file:../../icons/nodeline.svg', dark: 'file:../../icons/nodeline.dark.svg' },
    group: ['output'],
    version: 1,
    subtitle: '={{$parameter["ask"]}}',
    description: 'Ask in WhatsApp, wait for the answer in the chat and go on by it',
    defaults: { name: 'WhatsApp Activity' },
    usableAsTool: true,
    inputs: [NodeConnectionTypes.Main],
    outputs: outputsOf(outcomesOf(operations)),
    webhooks: outcomeWebhooks,
    waitingNodeTooltip: waitingTooltip,
    credentials: [
      { name: 'nodelineOAuth2Api', required: true, displayOptions: { show: { authentication: ['oAuth2'] } } },
      { name: 'nodelineApi', required: true, testedBy: 'nodelineApiTest', displayOptions: { show: { authentication: ['token'] } } },
    ],
    properties: [...properties, goOnProperty],
  };

  methods = { credentialTest: { nodelineApiTest }, listSearch };

  webhook = takeOutcome;

  async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
    return await waitForAnswers(this, waiterOf(this, operationOf(this, operations)));
  }
}
