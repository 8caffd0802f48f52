import { builtInPolicy, compilePolicy, type Principal, permissions } from '@rack-gateway/rbac-policy'
import { code, table } from './table.ts'

const policy = compilePolicy()
const roles = builtInPolicy.roles.map(({ name }) => name)

/** The generated parts of roles.md, from the policy that holds without a document. */
export function roleParts(): Record<string, string> {
  return {
    roles: table(
      ['role', 'what it is for'],
      builtInPolicy.roles.map(({ name, description }) => [code(name), description]),
    ),
    permissions: table(
      ['permission', 'may', ...roles],
      permissions.map(({ name, description }) => [code(name), description, ...roles.map((role) => mark(role, name))]),
    ),
    commands: table(
      ['rule', 'command', 'service', 'roles'],
      builtInPolicy.commands.map(({ id, argv, services, roles: allowed }) => [
        code(`command:${id}`),
        code(argv.map(words).join(' ')),
        services.join(', '),
        allowed.join(', '),
      ]),
    ),
    blocked: table(
      ['route', 'sentence'],
      builtInPolicy.blocked.map(({ route, reason }) => [code(route), reason]),
    ),
  }
}

/** Asked of the policy itself, so that what one permission brings with it counts. */
export function mark(role: string, permission: string): string {
  return policy.holds(holder(role), permission, { rack: 'staging', app: 'web', scope: 'app' }, 0) ? '●' : ''
}

function holder(role: string): Principal {
  const binding = { id: role, role, racks: '*', apps: '*', expiresAt: null }
  const who = { kind: 'user', id: role, name: role, credential: role, owner: null, rack: null } as const
  return { ...who, groups: [], bindings: [binding], expiresAt: 1 }
}

function words(word: (typeof builtInPolicy.commands)[number]['argv'][number]): string {
  if (typeof word === 'string') return word
  return 'rest' in word ? '…' : word.join('|')
}
