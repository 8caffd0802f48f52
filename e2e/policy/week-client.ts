import type { DemoRack } from '@rack-gateway/demo-rack'
import type { RecordedCall } from '@rack-gateway/rbac-policy/simulation'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { sendRaw, writeRequest } from '@rack-gateway/testing/http'
import { openWebSocket } from '@rack-gateway/testing/websocket'

export interface SentCall {
  readonly call: RecordedCall
  /** The rule by which the gateway denied the call. */
  readonly denial: string | null
}

export interface WeekClientOptions {
  /** The gateway. */
  readonly url: string
  readonly token: string
  readonly racks: Readonly<Record<string, DemoRack>>
}

export interface WeekClient {
  /** @returns null for a call that needs the result of a denied call */
  send(call: RecordedCall): Promise<SentCall | null>
}

type Response = { readonly denial: string | null; readonly body: string }

/** A secret that the audit log redacts in commands. */
const secret = 'hunter2hunter2'

const formValues: Readonly<Record<string, string>> = {
  count: '2',
  force: 'false',
  name: 'scratch',
}

/** Sends recorded calls as the stock CLI does, with the IDs of earlier responses instead of the recorded ones. */
export function createWeekClient({ url, token, racks }: WeekClientOptions): WeekClient {
  const ids = new Map<'build' | 'release' | 'run', string>()
  let environment = ''
  let source = ''
  let sent = 0

  async function send(call: RecordedCall): Promise<SentCall | null> {
    const path = await pathOf(call)
    if (path === null) return null
    const response = call.route.startsWith('WS ') ? await open(call, path) : await request(call, path)
    if (call.route === startRoute && response.denial !== null) ids.delete('run')
    remember(call, response)
    return { call, denial: response.denial }
  }

  async function pathOf({ rack, app = '', path }: RecordedCall): Promise<string | null> {
    const target = racks[rack]
    if (target === undefined) throw new Error(`no such rack: ${rack}`)
    const run = ids.get('run')
    if (path.includes('/processes/command-') && run === undefined) return null
    // A process that only this call stops.
    const replica = path.includes('/processes/web-')
      ? idIn(await callRack(target, 'POST', `/apps/${app}/services/web/processes`, '', ['Command: sleep 60']))
      : ''
    const release = path.includes('RABCDEFGHIJ') ? (ids.get('release') ?? (await newestRelease(target, app))) : ''
    return path
      .replace(/command-\d+-x/, run ?? '')
      .replace(/web-\d+$/, replica)
      .replace('RABCDEFGHIJ', release)
      .replace('BABCDEFGHIJ', ids.get('build') ?? '')
  }

  async function request(call: RecordedCall, path: string): Promise<Response> {
    const { rack, route } = call
    const [method = ''] = route.split(' ')
    const body = bodyOf(call)
    const type = route.includes('/objects/') ? 'application/octet-stream' : 'application/x-www-form-urlencoded'
    const lines = [
      `Host: ${new URL(url).host}`,
      `Authorization: ${basicAuthorization(token)}`,
      ...(body === '' ? [] : [`Content-Type: ${type}`]),
      ...(call.command === undefined ? [] : [`Command: ${commandText(call)}`]),
    ]
    const response = await sendRaw(url, writeRequest(`${method} /rack/${rack}${path}?${queryOf(call)}`, lines, body))
    return { denial: ruleIn(response.json), body: response.body }
  }

  /** A log that does not end is closed at once. */
  async function open(call: RecordedCall, path: string): Promise<Response> {
    const headers: Record<string, string> = call.command === undefined ? {} : { Command: commandText(call) }
    const socket = await openWebSocket(`${url}/rack/${call.rack}${path}`, token, headers)
    if (socket.status !== 101) return { denial: ruleIn(parsed(socket.error)), body: '' }
    if (call.route === 'WS /apps/{app}/logs') {
      socket.close()
      await socket.closed()
      return { denial: null, body: '' }
    }
    socket.sendEndOfInput()
    const text = (await socket.readToEnd()).join('')
    return { denial: /^ERROR: .+ \(rule ([^()]+)\)/m.exec(text)?.[1] ?? null, body: '' }
  }

  function bodyOf({ route, parameters, environment: keys = [] }: RecordedCall): string {
    sent += 1
    if (route.startsWith('POST ') && route.includes('/objects/')) return 'source'
    const names = [...(parameters?.form ?? []), ...(keys.length > 0 ? ['env'] : [])]
    const env = [environment, ...keys.map((key) => `${key}=${sent}`)].join('\n')
    const values: Readonly<Record<string, string>> = { ...formValues, env, url: source }
    return formOf([...new Set(names)].map((name) => [name, values[name] ?? '1']))
  }

  /** What the CLI uses of a response in its next calls. */
  function remember({ route }: RecordedCall, { denial, body }: Response): void {
    if (denial !== null) return
    if (route === startRoute) ids.set('run', idIn(body))
    if (route.startsWith('POST /apps/{app}/objects/')) source = textAt(parsed(body), 'Url')
    if (route === 'POST /apps/{app}/builds') ids.set('build', idIn(body))
    if (route === 'POST /apps/{app}/releases') ids.set('release', idIn(body))
    if (route === 'GET /apps/{app}/builds/{id}') ids.set('release', textAt(parsed(body), 'release'))
    if (route === 'GET /apps/{app}/releases') ids.set('release', textAt(listIn(body)[0], 'id'))
    if (route === 'GET /apps/{app}/releases/{id}') environment = withoutChanges(textAt(parsed(body), 'env'))
    if (route.endsWith('/promote')) ids.delete('release')
  }

  return { send }
}

const startRoute = 'POST /apps/{app}/services/{service}/processes'

function commandText({ command = [] }: RecordedCall): string {
  return command.join(' ').replace('[hidden]', secret)
}

function queryOf({ parameters }: RecordedCall): string {
  return formOf((parameters?.query ?? []).map((name) => [name, '1']))
}

function formOf(pairs: readonly [name: string, value: string][]): string {
  return new URLSearchParams([...pairs]).toString()
}

/** Keys that the week changes get a new value each time. */
function withoutChanges(env: string): string {
  return env
    .split('\n')
    .filter((line) => !/^(?:FEATURE_FLAG|STRIPE_SECRET_KEY)=/.test(line))
    .join('\n')
}

/** Calls the rack past the gateway. */
export async function callRack(
  rack: DemoRack,
  method: string,
  path: string,
  form: string | Readonly<Record<string, string>> = '',
  headers: readonly string[] = [],
): Promise<string> {
  const body = new URLSearchParams(form).toString()
  const lines = [
    `Authorization: ${basicAuthorization(rack.token)}`,
    ...(body === '' ? [] : ['Content-Type: application/x-www-form-urlencoded']),
    ...headers,
  ]
  const response = await sendRaw(rack.url, writeRequest(`${method} ${path}`, lines, body))
  if (response.status !== 200) throw new Error(`${method} ${path} returned ${response.status}: ${response.body}`)
  return response.body
}

async function newestRelease(rack: DemoRack, app: string): Promise<string> {
  return textAt(listIn(await callRack(rack, 'GET', `/apps/${app}/releases?limit=1`))[0], 'id')
}

function idIn(body: string): string {
  return textAt(parsed(body), 'id')
}

function listIn(body: string): unknown[] {
  const list = parsed(body)
  return Array.isArray(list) ? list : []
}

/** Only denials of the gateway have a rule. */
function ruleIn(json: unknown): string | null {
  return textAt(json, 'rule') || null
}

function textAt(value: unknown, name: string): string {
  const found = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
  return typeof found === 'string' ? found : ''
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
