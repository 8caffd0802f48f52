import type { PlannedCall } from '@rack-gateway/convox-api/commands'
import { plainCall, type WireCall } from './wire-call.ts'

/** What a plan leaves to the rack. */
export interface Filling {
  readonly process: string
  readonly release: string
  /** Of a new release, as it is sent. */
  readonly environment: string
}

/** A planned call as convox would send it to the rack `staging`, by its names and with plain values. */
export function plannedWireCall(planned: PlannedCall, filling: Filling): WireCall {
  const { route, params, parameters, command } = planned
  const given: Readonly<Record<string, string>> = { pid: filling.process, id: filling.release, ...params }
  const path = route.path.replaceAll(/\{([a-z]+)(?::\.\*)?\}/g, (_, name: string) => given[name] ?? 'x')
  const valueIn = (name: string) => valueFor(name, planned, filling)
  const query = parameters.query.map((name) => `${name}=${encodeURIComponent(valueIn(name))}`).join('&')
  const form = parameters.form.map((name) => `${name}=${encodeURIComponent(valueIn(name))}`).join('&')
  const headers = parameters.headers
    .filter((name) => name !== 'command')
    .map((name): [string, string] => [name, valueIn(name)])
  // Of a call that is refused for how it is sent, no other name is told.
  const unfit = planned.parameterError?.header
  const isSocket = route.kind === 'websocket'
  return {
    ...plainCall,
    method: isSocket ? 'GET' : route.method,
    target: `/rack/staging${path}?${query}`.replace(isSocket ? /\?$/ : /^$/, ''),
    headers: [
      ...headers,
      ...(unfit === undefined ? [] : [[unfit, 'x'] as const]),
      ...(command === null ? [] : [['Command', command.header] as const]),
      ...(form === '' ? [] : [['Content-Type', 'application/x-www-form-urlencoded'] as const]),
    ],
    body: form,
    websocket: isSocket,
  }
}

function valueFor(name: string, { app, release }: PlannedCall, { environment, release: newest }: Filling): string {
  const values: Readonly<Record<string, string>> = {
    env: environment,
    url: `object://${app}/tmp/x.tgz`,
    parameters: 'a=b',
    release: release?.id ?? newest,
    file: '/tmp/x',
    since: '5s',
    'tar-extra': 'x',
  }
  const yes = ['entrypoint', 'tty', 'prefix', 'force', 'external', 'lock', 'system-critical', 'use-service-volume']
  return values[name] ?? (yes.includes(name) ? 'true' : '1')
}
