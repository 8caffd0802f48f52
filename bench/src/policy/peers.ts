import { preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs'
import type { RackCall } from '@rack-gateway/rbac-policy'
import { compilePolicy } from '@rack-gateway/rbac-policy'
import { newEnforcer, newModel, StringAdapter } from 'casbin'
import type { Workload } from './workload.ts'

export interface Subject {
  readonly name: string
  decide(call: RackCall): boolean
}

/** casbin, with a line for each binding and for each permission of a role. */
export async function casbinSubject(workload: Workload): Promise<Subject> {
  const model = newModel(`
[request_definition]
r = sub, rack, app, act
[policy_definition]
p = sub, rack, app, role
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub && r.rack == p.rack && keyMatch(r.app, p.app) && g(p.role, r.act)
`)
  const bindings = workload.principal.bindings.map(({ racks, apps, role }) => `p, person, ${racks}, ${apps}, ${role}`)
  const roles = rolePermissionsOf(workload).map(({ role, permission }) => `g, ${role}, ${permission}`)
  const enforcer = await newEnforcer(model, new StringAdapter([...bindings, ...roles].join('\n')))
  return {
    name: 'casbin',
    decide: ({ rack, app, route }) => enforcer.enforceSync('person', rack, app ?? '', route.permission),
  }
}

/** Cedar, with a policy for each binding, parsed once. */
export function cedarSubject(workload: Workload): Subject {
  const permissions = new Map<string, string[]>()
  for (const { role, permission } of rolePermissionsOf(workload))
    permissions.set(role, [...(permissions.get(role) ?? []), permission])
  const text = workload.principal.bindings.map(({ racks, apps, role }) => {
    const actions = (permissions.get(role) ?? []).map((name) => `Action::"${name}"`).join(', ')
    return `permit(principal == User::"person", action in [${actions}], resource) when { context.rack == "${racks}" && context.app like "${apps}" };`
  })
  const parsed = preparsePolicySet('bindings', { staticPolicies: text.join('\n') })
  if (parsed.type !== 'success') throw new Error(`Cedar rejects the policies: ${JSON.stringify(parsed.errors)}`)
  return {
    name: 'Cedar (wasm)',
    decide({ rack, app, route }) {
      const received = statefulIsAuthorized({
        principal: { type: 'User', id: 'person' },
        action: { type: 'Action', id: route.permission },
        resource: { type: 'Rack', id: rack },
        context: { rack, app: app ?? '' },
        preparsedPolicySetId: 'bindings',
        entities: [],
      })
      if (received.type !== 'success') throw new Error(`Cedar cannot decide: ${JSON.stringify(received.errors)}`)
      return received.response.decision === 'allow'
    },
  }
}

/** The permissions of each role of the workload, from the policy itself. */
function rolePermissionsOf({ document, calls }: Workload): { readonly role: string; readonly permission: string }[] {
  const policy = compilePolicy(document)
  const usedPermissions = new Set(calls.map(({ route }) => route.permission))
  return [...usedPermissions].flatMap((permission) =>
    policy.rolesWith(permission).map((role) => ({ role, permission })),
  )
}
