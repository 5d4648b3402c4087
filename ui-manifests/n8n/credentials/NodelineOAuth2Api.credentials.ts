import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

/** The sidecar's address as people type it, without what stands after it: as baseOf reads it. */
const base = '={{$self["sidecarUrl"].trim().replace(/\\/+(rpc)?\\/*$/, "")}}';

/**
 * Links a line in a popup: "Connect" opens the sidecar's page with the QR code, and the
 * scan brings back a token for that line alone (authorization code with PKCE).
 */
export class NodelineOAuth2Api implements ICredentialType {
  name = 'nodelineOAuth2Api';

  extends = ['oAuth2Api'];

  displayName = 'Nodeline OAuth2 API';

  icon: Icon = { light: 'file:../icons/nodeline.svg', dark: 'file:../icons/nodeline.dark.svg' };

  documentationUrl = 'https://github.com/nodeline/nodeline/blob/main/docs/linking.md';

  properties: INodeProperties[] = [
    {
      displayName: 'Press Connect: a window shows the QR code to scan with WhatsApp on the phone, or a line that is linked already',
      name: 'notice',
      type: 'notice',
      default: '',
    },
    {
      displayName: 'Sidecar URL',
      name: 'sidecarUrl',
      type: 'string',
      default: 'http://127.0.0.1:7450',
      required: true,
      placeholder: 'http://127.0.0.1:7450',
      description: 'Where the Nodeline sidecar answers, both for n8n and for this browser. With n8n in Docker, 127.0.0.1 is the container itself: use the name or address of the sidecar\'s machine.',
    },
    { displayName: 'Grant Type', name: 'grantType', type: 'hidden', default: 'pkce' },
    { displayName: 'Authorization URL', name: 'authUrl', type: 'hidden', default: `${base}/oauth/authorize` },
    { displayName: 'Access Token URL', name: 'accessTokenUrl', type: 'hidden', default: `${base}/oauth/token` },
    { displayName: 'Client ID', name: 'clientId', type: 'hidden', default: 'n8n' },
    { displayName: 'Client Secret', name: 'clientSecret', type: 'hidden', typeOptions: { password: true }, default: '' },
    { displayName: 'Scope', name: 'scope', type: 'hidden', default: 'line' },
    { displayName: 'Auth URI Query Parameters', name: 'authQueryParameters', type: 'hidden', default: '' },
    { displayName: 'Authentication', name: 'authentication', type: 'hidden', default: 'body' },
  ];
}
