import { NodeConnectionTypes, type IExecuteFunctions, type INodeExecutionData, type INodeType, type INodeTypeDescription } from 'n8n-workflow';
import { operations, properties } from '../../generated/robot.gen';
import { nodelineApiTest } from '../../shared/credential-test';
import { listSearch } from '../../shared/lists';
import { outputsOf } from '../../shared/wait/outputs';
import { waitForAnswers } from '../../shared/wait/wait';
import { goOnProperty, operationOf, outcomesOf, outcomeWebhooks, waiterOf, waitingTooltip } from '../../shared/wait/waiter';
import { takeOutcome } from '../../shared/wait/webhook';
import { decide } from './decide';

/** Works for an item at its stage: checks, sends, asks. A wait ends when the item leaves the stage. */
export class WhatsAppRobot implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'WhatsApp Robot',
    name: 'whatsAppRobot',
    icon: { light: 'file:../../icons/nodeline.svg', dark: 'file:../../icons/nodeline.dark.svg' },
    group: ['output'],
    version: 1,
    subtitle: '={{$parameter["operation"]}}',
    description: 'For a deal or ticket at its stage: check the number, send, ask and go on by the answer',
    defaults: { name: 'WhatsApp Robot' },
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
    const spec = operationOf(this, operations);
    return this.getNodeParameter('operation', 0) === 'sendAndWait' ? await waitForAnswers(this, waiterOf(this, spec)) : await decide(this, spec);
  }
}
