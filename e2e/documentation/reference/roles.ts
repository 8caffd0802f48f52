import { formatWords } from '@rack-gateway/command-matcher'
import { compilePolicy, type Principal, permissions } from '@rack-gateway/rbac-policy'
import { builtInPolicy } from '@rack-gateway/rbac-policy/document'
import { repeatsName } from './repeats-name.ts'
import { code, joined, list, table } from './table.ts'

const document = builtInPolicy()
const policy = compilePolicy(document)
/** The roles besides admin, which has every permission. */
const roles = document.roles.map(({ name }) => name).filter((name) => name !== 'admin')

/** The generated parts of roles.md, from the built-in policy. */
export function roleParts(): Record<string, string> {
  return {
    roles: list(document.roles.map(({ name, description }) => [code(name), description])),
    permissions: table(
      ['permission', ...roles, 'meaning'],
      permissions.map(({ name, description }) => [
        code(name),
        ...roles.map((role) => (hasPermission(role, name) ? '✓' : '')),
        repeatsName(name, description) ? '' : description,
      ]),
    ),
    commands: table(
      ['rule', 'command', 'service', 'roles'],
      document.commands.map(({ id, argv, services, roles: allowed }) => [
        code(`command:${id}`),
        code(formatWords(argv)),
        services.join(', '),
        allowed.join(', '),
      ]),
    ),
    blocked: list(
      joined(
        document.blocked.map(({ route, reason }) => [code(route), reason]),
        0,
      ).map(([routes = '', sentence = '']) => [routes, sentence]),
    ),
  }
}

/** Asked of the policy itself, so that permissions which include other permissions count. */
function hasPermission(role: string, permission: string): boolean {
  return policy.hasPermission(
    holder(role),
    permission,
    { rack: 'staging', app: 'web', scope: 'app' },
    { at: 0, address: null },
  )
}

function holder(role: string): Principal {
  const binding = { id: role, role, racks: '*', apps: '*', expiresAt: null }
  const who = { kind: 'user', id: role, name: role, credential: role, owner: null, rack: null } as const
  return { ...who, groups: [], bindings: [binding], expiresAt: 1 }
}
