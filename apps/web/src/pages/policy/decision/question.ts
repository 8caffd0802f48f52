import type { PolicyMatrix, RequestedCall } from '@rack-gateway/gateway-api'
import type { PolicySearch } from '../address/policy-search.ts'

type Route = PolicyMatrix['routes'][number]

/** The fields of the question form that the chosen route has. */
export interface QuestionFields {
  readonly rack: boolean
  readonly app: boolean
  readonly service: boolean
  /** Null for a route without a command. */
  readonly command: 'run' | 'exec' | 'shell' | null
}

const commandKinds: Readonly<Record<string, QuestionFields['command']>> = {
  'process:run': 'run',
  'process:exec': 'exec',
  'instance:shell': 'shell',
}

export function fieldsOf({ api, id, permission }: Route): QuestionFields {
  return {
    rack: api === 'rack',
    app: api === 'rack' && id.includes('/apps/{app}'),
    service: api === 'rack' && permission === 'process:run',
    command: api === 'rack' ? (commandKinds[permission] ?? null) : null,
  }
}

/** @returns null if the question is incomplete */
export function questionOf(search: PolicySearch, routes: readonly Route[], firstRack: string | undefined) {
  const route = routes.find(({ id }) => id === search.route)
  if (route === undefined) return null
  const fields = fieldsOf(route)
  const { as, app, service, command, rack = firstRack } = search
  if ((fields.app && app === undefined) || (fields.service && service === undefined)) return null
  const call: RequestedCall = {
    route: route.id,
    ...(fields.app && app !== undefined && { app }),
    ...(fields.service && service !== undefined && { params: { service } }),
    ...(fields.command !== null &&
      command !== undefined && { command: { header: headerText(command), by: fields.command } }),
  }
  return {
    route,
    body: {
      ...(fields.rack && rack !== undefined && { rack }),
      ...(as !== undefined && { as }),
      calls: [call],
    },
  }
}

/** The header `Command` contains each byte of the UTF-8 text as one character. */
function headerText(command: string): string {
  return String.fromCharCode(...new TextEncoder().encode(command.trim()))
}
