import { gatewayCommand } from './gateway-command.ts'
import { yesFlag } from './shared-flags.ts'

const user = { about: 'the id or e-mail address (EMAIL/ISSUER where several have it)', takes: 'needed' } as const

export const userGroup = {
  name: 'users',
  summary: 'list users and groups, lock and unlock users',
  about: 'For administrators.',
  examples: ['rack-gateway users', "rack-gateway users lock ada@example.com --reason 'left the company'"],
  alone: 'users list',
}

export const userCommands = [
  gatewayCommand({
    name: 'users list',
    summary: 'list users, or the members of a group',
    examples: ['rack-gateway users', 'rack-gateway users list --group deployers@example.com'],
    flags: { group: { about: 'the name of a group', value: 'NAME' } },
    run: async (context, target, given) => (await import('../commands/users.ts')).listUsers(context, target, given),
  }),
  gatewayCommand({
    name: 'users show',
    summary: 'show a user',
    examples: ['rack-gateway users show ada@example.com'],
    arguments: { user },
    run: async (context, target, given) => (await import('../commands/users.ts')).showUser(context, target, given),
  }),
  gatewayCommand({
    name: 'users lock',
    summary: 'lock a user: none of their sessions and API tokens works',
    examples: ["rack-gateway users lock ada@example.com --reason 'left the company'"],
    arguments: { user },
    flags: {
      reason: { about: 'why; lists and events show it', value: 'TEXT', takes: 'needed' },
      yes: yesFlag,
    },
    run: async (context, target, given) => (await import('../commands/users.ts')).lockUser(context, target, given),
  }),
  gatewayCommand({
    name: 'users unlock',
    summary: 'unlock a user: what has not ended works again',
    examples: ['rack-gateway users unlock ada@example.com'],
    arguments: { user },
    run: async (context, target, given) => (await import('../commands/users.ts')).unlockUser(context, target, given),
  }),
  gatewayCommand({
    name: 'users groups',
    summary: 'list groups: those that a user is in, and those that a binding is for',
    examples: ['rack-gateway users groups'],
    run: async (context, target, given) => (await import('../commands/users.ts')).listGroups(context, target, given),
  }),
]
