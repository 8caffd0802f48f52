import { writeWords } from '@rack-gateway/command-matcher'
import { compilePolicy, type Principal, permissions } from '@rack-gateway/rbac-policy'
import { builtInPolicy } from '@rack-gateway/rbac-policy/document'
import { code, table } from './table.ts'

const document = builtInPolicy()
const policy = compilePolicy(document)
const roles = document.roles.map(({ name }) => name)

/** The generated parts of roles.md, from the policy that holds without a document. */
export function roleParts(): Record<string, string> {
  return {
    roles: table(
      ['role', 'what it is for'],
      document.roles.map(({ name, description }) => [code(name), description]),
    ),
    permissions: table(
      ['permission', 'may', ...roles],
      permissions.map(({ name, description }) => [code(name), description, ...roles.map((role) => mark(role, name))]),
    ),
    commands: table(
      ['rule', 'command', 'service', 'roles'],
      document.commands.map(({ id, argv, services, roles: allowed }) => [
        code(`command:${id}`),
        code(writeWords(argv)),
        services.join(', '),
        allowed.join(', '),
      ]),
    ),
    blocked: table(
      ['route', 'sentence'],
      document.blocked.map(({ route, reason, next }) => [code(route), `${reason} ${next}`]),
    ),
  }
}

/** Asked of the policy itself, so that what one permission brings with it counts. */
export function mark(role: string, permission: string): string {
  return policy.holds(holder(role), permission, { rack: 'staging', app: 'web', scope: 'app' }, { at: 0, address: null })
    ? '●'
    : ''
}

function holder(role: string): Principal {
  const binding = { id: role, role, racks: '*', apps: '*', expiresAt: null }
  const who = { kind: 'user', id: role, name: role, credential: role, owner: null, rack: null } as const
  return { ...who, groups: [], bindings: [binding], expiresAt: 1 }
}
