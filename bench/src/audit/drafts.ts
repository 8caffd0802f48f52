import { type Actor, cacheEncodedActor, type EventDraft } from '@rack-gateway/audit'
import { rackRoutes } from '@rack-gateway/convox-api'

export interface Traffic {
  /** Different indexes give different events. */
  draft(index: number): EventDraft
}

const policy = '1f2ba6db8017a4a1e0b8c1d2e3f405162738495a6b7c8d9eafb0c1d2e3f40516'
const racks = ['staging', 'production', 'eu']
const routes = rackRoutes.filter(({ kind }) => kind === 'http').slice(0, 60)

/** @param people the number of people, each with a session @param apps the number of apps on each rack */
export function createTraffic({ users, apps }: { readonly users: number; readonly apps: number }): Traffic {
  const actors = Array.from({ length: users }, (_, index) => actorOf(index))
  return {
    draft(index) {
      const route = routes[index % routes.length]
      return {
        kind: kindOf(index),
        request: `${index.toString(16).padStart(8, '0')}c0ffee0123456789`,
        principal: actors[index % users] as Actor,
        source: { address: `10.${index % 4}.${index % 200}.7`, client: 'convox/3.24.6 (linux/amd64)' },
        rack: racks[index % racks.length] as string,
        app: `app-${index % apps}`,
        ...(route && { route: route.id, method: route.method, permission: route.permission }),
        path: `/rack/staging/apps/app-${index % apps}/releases`,
        parameters: { query: ['limit'], form: [], headers: [] },
        ...(index % 20 === 0 && { command: ['rake', 'reports:send', String(index)], service: 'command' }),
        decision:
          index % 25 === 0
            ? {
                effect: 'deny',
                rule: 'no-permission',
                reason: `app:delete on app-${index % apps} needs the role admin`,
                policy,
              }
            : { effect: 'allow', rule: 'role:deployer', policy },
        status: index % 25 === 0 ? 403 : 200,
      }
    },
  }
}

function kindOf(index: number): EventDraft['kind'] {
  if (index % 10 === 0) return 'intent'
  return index % 10 === 1 ? 'outcome' : 'call'
}

function actorOf(index: number): Actor {
  const id = `6cb9fc24-0000-4000-8000-${index.toString(16).padStart(12, '0')}`
  return cacheEncodedActor({
    kind: 'user',
    id,
    name: `person-${index}@example.com`,
    credential: id,
    roles: ['deployer'],
    bindings: [id],
  })
}
