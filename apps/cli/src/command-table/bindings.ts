import { gatewayCommand } from './gateway-command.ts'
import { expiresFlag, ownerFlags, placeFlags, reasonFlag, yesFlag } from './shared-flags.ts'

const subjects = {
  user: ownerFlags.user,
  group: { about: 'as the identity provider names it', value: 'NAME' },
  serviceAccount: ownerFlags.serviceAccount,
  token: { about: 'an API token, by id or name', value: 'TOKEN' },
  trust: { about: 'the jobs that a trust lets in, by id or name', value: 'TRUST' },
} as const

export const bindingGroup = {
  name: 'bindings',
  summary: 'list, give and take roles',
  about: 'A binding gives a role on racks and apps. Nobody gives what they do not hold. For administrators.',
  examples: [
    'rack-gateway bindings --user ada@example.com',
    "rack-gateway bindings create deployer --group deployers@example.com --racks staging --apps 'web-*'",
  ],
  alone: 'bindings list',
}

export const bindingCommands = [
  gatewayCommand({
    name: 'bindings list',
    summary: 'list who has which role where',
    examples: ['rack-gateway bindings', 'rack-gateway bindings list --user ada@example.com --json'],
    flags: { ...subjects },
    run: async (context, target, given) =>
      (await import('../commands/bindings.ts')).listBindings(context, target, given),
  }),
  gatewayCommand({
    name: 'bindings create',
    aliases: ['bindings add'],
    summary: 'give a role',
    examples: [
      'rack-gateway bindings create ops --user ada@example.com --racks production --expires 12h --reason incident-7',
      "rack-gateway bindings create deployer --group deployers@example.com --apps 'web-*'",
      'rack-gateway bindings create ci --service-account deploy-web --racks staging --apps web',
    ],
    arguments: { role: { about: 'of the policy document', takes: 'needed' } },
    flags: { ...subjects, ...placeFlags, expires: expiresFlag(), reason: reasonFlag },
    run: async (context, target, given) => (await import('../commands/bindings.ts')).addBinding(context, target, given),
  }),
  gatewayCommand({
    name: 'bindings delete',
    aliases: ['bindings remove'],
    summary: 'take a role away',
    examples: ['rack-gateway bindings delete 1b4f0c9e-6d2a-4c57-9f0e-2f1f5d1c7a35'],
    arguments: { id: { about: 'its id, from rack-gateway bindings', takes: 'needed' } },
    flags: { yes: yesFlag },
    run: async (context, target, given) =>
      (await import('../commands/bindings.ts')).removeBinding(context, target, given),
  }),
]
