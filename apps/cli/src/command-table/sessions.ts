import { command } from './definition.ts'
import { jsonFlag, whoseGatewayFlag, yesFlag } from './shared-flags.ts'

export const sessionGroup = {
  name: 'sessions',
  summary: 'list your sessions, or end one',
  examples: [
    'rack-gateway sessions',
    'rack-gateway sessions --rack production --json',
    'rack-gateway sessions end 1b4f0c9e-6d2a-4c57-9f0e-2f1f5d1c7a35',
  ],
  alone: 'sessions list',
}

export const sessionCommands = [
  command({
    name: 'sessions list',
    summary: 'list your sessions that go on',
    examples: ['rack-gateway sessions', 'rack-gateway sessions list --rack production --json'],
    flags: { json: jsonFlag, rack: whoseGatewayFlag },
    waits: 'asking the gateway',
    run: async (context, { json, rack = null }) =>
      (await import('../commands/sessions.ts')).sessions(context, { rack, format: json ? 'json' : 'table' }),
  }),
  command({
    name: 'sessions end',
    summary: 'end one of your sessions',
    about: 'For administrators: anybody’s, by its id in the audit log.',
    examples: ['rack-gateway sessions end 1b4f0c9e-6d2a-4c57-9f0e-2f1f5d1c7a35'],
    arguments: { id: { about: 'of rack-gateway sessions', takes: 'needed' } },
    flags: { yes: yesFlag, json: jsonFlag, rack: whoseGatewayFlag },
    waits: 'asking the gateway',
    run: async (context, { id, yes, json, rack = null }) =>
      (await import('../commands/sessions.ts')).endOne(context, { id, yes, rack, format: json ? 'json' : 'text' }),
  }),
]
