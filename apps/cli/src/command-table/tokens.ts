import { gatewayCommand } from './gateway-command.ts'
import { expiresFlag, ownerFlags, placeFlags, reasonFlag, yesFlag } from './shared-flags.ts'

const token = { about: 'its id, or its name', takes: 'needed' } as const

export const tokenGroup = {
  name: 'tokens',
  summary: 'list, create, rotate, and revoke API tokens',
  about: 'You see and manage your own; administrators those of others, too.',
  examples: [
    'rack-gateway tokens',
    'rack-gateway tokens create nightly --role viewer --expires 30d',
    'rack-gateway tokens revoke nightly',
  ],
  alone: 'tokens list',
}

export const tokenCommands = [
  gatewayCommand({
    name: 'tokens list',
    summary: 'list API tokens that are valid',
    examples: [
      'rack-gateway tokens',
      'rack-gateway tokens list --owner me',
      'rack-gateway tokens list --owner deploy-web --json',
    ],
    flags: {
      owner: { about: 'me, or a user or service account by id, e-mail address or name', value: 'WHO' },
      ended: { about: 'those, too, that have ended or were revoked' },
    },
    run: async (context, target, given) =>
      (await import('../commands/tokens/list.ts')).listTokens(context, target, given),
  }),
  gatewayCommand({
    name: 'tokens create',
    summary: 'create an API token, and print it',
    about:
      'The token alone is printed, once. It is no stronger than you are, and works where you hold what it may do. Of a service account, it needs gateway:service-account:write.',
    examples: [
      'rack-gateway tokens create nightly --role viewer --expires 30d',
      "rack-gateway tokens create deploy-web --role ci --apps 'web-*' --only-rack staging --service-account deploy-web",
      'rack-gateway tokens create logs --permission app:list --permission log:read --source 192.0.2.0/24 > token.txt',
    ],
    arguments: { name: { about: 'what lists and events call it', takes: 'needed' } },
    flags: {
      role: { about: 'what it may do', value: 'ROLE' },
      permission: { about: 'instead of a role', value: 'PERMISSION', takes: 'many' },
      ...placeFlags,
      onlyRack: { about: 'the only rack that it may be used for; then no path needs the name', value: 'NAME' },
      source: { about: 'an address or network that it may be used from', value: 'CIDR', takes: 'many' },
      serviceAccount: { about: 'its owner instead of you, by name or id', value: 'ACCOUNT' },
      expires: expiresFlag('it', 'what the policy says'),
      reason: reasonFlag,
    },
    run: async (context, target, given) =>
      (await import('../commands/tokens/create.ts')).createToken(context, target, given),
  }),
  gatewayCommand({
    name: 'tokens show',
    summary: 'show an API token, without the token itself',
    examples: ['rack-gateway tokens show nightly'],
    arguments: { token },
    run: async (context, target, given) =>
      (await import('../commands/tokens/change.ts')).showToken(context, target, given),
  }),
  gatewayCommand({
    name: 'tokens rotate',
    summary: 'give an API token a new secret, and print it',
    about: 'The old one goes on for the overlap. Without an overlap it ends at once, so you are asked first.',
    examples: ['rack-gateway tokens rotate nightly', 'rack-gateway tokens rotate nightly --overlap 0 --yes'],
    arguments: { token },
    flags: {
      overlap: { about: 'how long the old one goes on', value: 'HOURS', default: '24' },
      expires: expiresFlag('it', 'what the policy says'),
      yes: yesFlag,
    },
    run: async (context, target, given) =>
      (await import('../commands/tokens/change.ts')).rotateToken(context, target, given),
  }),
  gatewayCommand({
    name: 'tokens revoke',
    summary: 'end an API token for good, with what it has open',
    examples: ['rack-gateway tokens revoke nightly', 'rack-gateway tokens revoke nightly --yes'],
    arguments: { token },
    flags: { yes: yesFlag },
    run: async (context, target, given) =>
      (await import('../commands/tokens/change.ts')).revokeToken(context, target, given),
  }),
  gatewayCommand({
    name: 'tokens owner',
    summary: 'give an API token another owner, so that it works on when the old one is locked',
    examples: [
      'rack-gateway tokens owner nightly --service-account reports',
      'rack-gateway tokens owner nightly --user grace@example.com',
    ],
    arguments: { token },
    flags: ownerFlags,
    run: async (context, target, given) =>
      (await import('../commands/tokens/change.ts')).handOverToken(context, target, given),
  }),
]
