import { NodeConnectionTypes, type IHookFunctions, type INodeType, type INodeTypeDescription, type IWebhookFunctions, type IWebhookResponseData } from 'n8n-workflow';
import { properties } from '../../generated/trigger.gen';
import { nodelineApiTest } from '../../shared/credential-test';
import { nodeError } from '../../shared/errors';
import { listSearch } from '../../shared/lists';
import { receive } from './receipt';
import { assumed, exists, register, unregister, wantedOf } from './registration';

/** Starts the workflow when something happens on a line. */
export class WhatsAppTrigger implements INodeType {
  description: INodeTypeDescription = {
    displayName: 'WhatsApp Trigger',
    name: 'whatsAppTrigger',
    icon: { light: 'file:../../icons/nodeline.svg', dark: 'file:../../icons/nodeline.dark.svg' },
    group: ['trigger'],
    version: 1,
    subtitle: '={{$parameter["events"].join(", ")}}',
    description: 'Starts the workflow when somebody writes, reacts or calls in WhatsApp, or a message goes further',
    eventTriggerDescription: '',
    activationMessage: 'You can now write to the line in WhatsApp: every event that fits starts an execution.',
    defaults: { name: 'WhatsApp Trigger' },
    inputs: [],
    outputs: [NodeConnectionTypes.Main],
    credentials: [
      { name: 'nodelineOAuth2Api', required: true, displayOptions: { show: { authentication: ['oAuth2'] } } },
      { name: 'nodelineApi', required: true, testedBy: 'nodelineApiTest', displayOptions: { show: { authentication: ['token'] } } },
    ],
    webhooks: [{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'webhook' }],
    triggerPanel: {
      header: '',
      executionsHelp: {
        inactive: 'Press <b>Execute workflow</b> and write to the line in WhatsApp: the event shows here. Once the workflow is published, every event starts it by itself, and the executions are in the list of executions.',
        active: 'Press <b>Execute workflow</b> and write to the line in WhatsApp: the event shows here, and starts the published workflow as well.',
      },
      activationHint: 'Once the workflow is published, every event that fits starts it.',
    },
    properties,
  };

  methods = { credentialTest: { nodelineApiTest }, listSearch };

  webhookMethods = {
    default: {
      async checkExists(this: IHookFunctions): Promise<boolean> {
        try {
          return await exists(this, await wantedOf(this));
        } catch (error) {
          if (!assumed(this, error)) throw nodeError({ node: this.getNode() }, error);
          this.logger.warn('The Nodeline sidecar does not answer yet; its webhook is taken to be there still.');
          return true;
        }
      },
      async create(this: IHookFunctions): Promise<boolean> {
        await register(this, await wantedOf(this));
        return true;
      },
      async delete(this: IHookFunctions): Promise<boolean> {
        await unregister(this);
        return true;
      },
    },
  };

  async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
    return await receive(this, {
      once: this.getNodeParameter('options.dropRepeated', false) as boolean,
      download: this.getNodeParameter('options.download', false) as boolean,
    });
  }
}
