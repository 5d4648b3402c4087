import type { IAuthenticateGeneric, Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

/** A sidecar's address and a token of it, made by hand: where no browser can reach the sidecar's own page. */
export class NodelineApi implements ICredentialType {
  name = 'nodelineApi';

  displayName = 'Nodeline Token API';

  icon: Icon = { light: 'file:../icons/nodeline.svg', dark: 'file:../icons/nodeline.dark.svg' };

  documentationUrl = 'https://github.com/nodeline/nodeline/blob/main/docs/linking.md';

  properties: INodeProperties[] = [
    {
      displayName: 'Sidecar URL',
      name: 'sidecarUrl',
      type: 'string',
      default: 'http://127.0.0.1:7450',
      required: true,
      placeholder: 'http://127.0.0.1:7450',
      description: 'Where the Nodeline sidecar answers, as n8n reaches it. With n8n in Docker, 127.0.0.1 is the container itself: use the name or address of the sidecar\'s machine.',
    },
    {
      displayName: 'Token',
      name: 'token',
      type: 'string',
      typeOptions: { password: true },
      default: '',
      required: true,
      description: 'A token for one line, made on the sidecar\'s page or with "nodeline token create". The admin token works too, for every line.',
    },
  ];

  authenticate: IAuthenticateGeneric = {
    type: 'generic',
    properties: { headers: { Authorization: '=Bearer {{$credentials.token}}' } },
  };
}
