/**
 * The console mode of the stock CLI: after `convox login`, the CLI asks the gateway for its racks, and selects one of
 * them in each request with the header `Rack`.
 */

/** The routes that the gateway answers itself in console mode. A console of Convox has more routes. */
export const consoleRoutes = {
  'GET /auth': "The caller's name, for `convox login`.",
  'GET /racks': 'The racks on which the caller has a role, with status and version as last seen.',
  'GET /racks/{organization}/{rack}':
    'A rack of `GET /racks`. The response has no `state`, so the CLI reads and changes the rack through the rack API.',
} as const
export type ConsoleRoute = keyof typeof consoleRoutes

export interface ConsoleRequest {
  /** `WS` for a WebSocket. */
  readonly method: string
  /** Without a query. */
  readonly path: string
  /** The header `Rack`, or null without it. */
  readonly rackHeader: string | null
  /** Whether the request has the header `Session`, with any value. */
  readonly hasSessionHeader: boolean
}

export interface ConsoleCall {
  /** Null for a route that the gateway does not have. */
  readonly route: ConsoleRoute | null
  /** The `<organization>/<rack>` of the path, or null. */
  readonly rack: string | null
}

const consolePaths = /^\/(?:auth$|machines$|racks(?:\/|$)|organizations(?:\/|$))/

/** @returns null for a call that a rack answers, and for the CLI's request before each WebSocket */
export function readConsoleCall({ method, path, rackHeader, hasSessionHeader }: ConsoleRequest): ConsoleCall | null {
  if (!consolePaths.test(path)) return null
  const call = `${method} ${path}`
  if (call === 'GET /auth') return rackHeader === null ? { route: 'GET /auth', rack: null } : null
  if (call === 'GET /racks' || call === 'GET /machines') {
    // Otherwise, it is the CLI's request before each WebSocket.
    if (!hasSessionHeader || rackHeader !== null) return null
    return { route: call === 'GET /racks' ? call : null, rack: null }
  }
  const [, collection, organization, rack, ...more] = path.split('/', 5)
  if (collection === 'auth' || collection === 'machines') return null
  if (collection === 'organizations' || method !== 'GET' || !organization || !rack || more.length > 0)
    return { route: null, rack: null }
  return { route: 'GET /racks/{organization}/{rack}', rack: `${organization}/${rack}` }
}

/** The rack that `<organization>/<rack>` names, or null if it has another form or organization. */
export function rackInOrganization(name: string, organization: string): string | null {
  return name.startsWith(`${organization}/`) ? name.slice(organization.length + 1) : null
}

/**
 * A call of the stock CLI about the proof of a second factor. `start` begins a proof. In console mode, `challenge` gets
 * the challenge of the proof, and `redeem` sends its result. With `RACK_URL`, the page of the proof shows a code, and
 * `activate` sends this code.
 */
export type StepUpCall =
  | { readonly kind: 'start' }
  | { readonly kind: 'challenge'; readonly id: string }
  | { readonly kind: 'redeem'; readonly id: string }
  | { readonly kind: 'activate'; readonly code: string }

export const stepUpPath = '/gateway-step-up'

const stepUpPaths = /^\/gateway-step-up(?:\/([A-Za-z0-9-]{1,40}))?$/
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** @returns null for any other call */
export function readStepUpCall(method: string, path: string): StepUpCall | null {
  const [isStepUp, subject] = (path.startsWith(stepUpPath) && stepUpPaths.exec(path)) || []
  if (isStepUp === undefined) return null
  if (subject === undefined) return method === 'GET' ? { kind: 'start' } : null
  if (!uuid.test(subject)) return method === 'GET' ? { kind: 'activate', code: subject } : null
  if (method === 'GET') return { kind: 'challenge', id: subject }
  return method === 'POST' ? { kind: 'redeem', id: subject } : null
}
