import { gatewayCommand } from './gateway-command.ts'
import { yesFlag } from './shared-flags.ts'

export const sessionGroup = {
  name: 'sessions',
  summary: 'list your sessions, or end one',
  examples: [
    'rack-gateway sessions',
    'rack-gateway sessions --rack production --json',
    'rack-gateway sessions revoke 1b4f0c9e-6d2a-4c57-9f0e-2f1f5d1c7a35',
  ],
  alone: 'sessions list',
}

export const sessionCommands = [
  gatewayCommand({
    name: 'sessions list',
    summary: 'list your sessions that go on',
    examples: ['rack-gateway sessions', 'rack-gateway sessions list --rack production --json'],
    run: async (context, target, given) => (await import('../commands/sessions.ts')).sessions(context, target, given),
  }),
  gatewayCommand({
    name: 'sessions revoke',
    aliases: ['sessions end'],
    summary: 'end one of your sessions',
    about: 'For administrators: anybody’s, by its id in the audit log.',
    examples: ['rack-gateway sessions revoke 1b4f0c9e-6d2a-4c57-9f0e-2f1f5d1c7a35'],
    arguments: { id: { about: 'its id, from rack-gateway sessions', takes: 'needed' } },
    flags: { yes: yesFlag },
    run: async (context, target, given) => (await import('../commands/sessions.ts')).endOne(context, target, given),
  }),
]
