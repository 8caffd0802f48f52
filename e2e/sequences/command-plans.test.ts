import { compileMatcher, isProbe, type Match, parseForm, parseQuery, rackRoutes } from '@rack-gateway/convox-api'
import { type CommandContext, type PlannedCall, planCommand } from '@rack-gateway/convox-api/commands'
import { type CliRecording, loadRecordings } from '@rack-gateway/demo-rack/recordings'
import { describe, expect, test } from 'vitest'
import { shellWords } from '../support/convox/shell-words.ts'
import { otherCommands, rackCommands } from './commands.ts'
import { sequences } from './index.ts'
import type { Step } from './sequence.ts'

/** What a command is said to ask, compared with what the real CLI asked: the recordings, and the sequences that the native CLI is compared with. */
const context: CommandContext = { appSetting: null, directory: 'myapp', rack: 'rack1', input: 'stream' }
const match = compileMatcher(rackRoutes)

/** A request that was really made. */
interface Request {
  readonly found: NonNullable<ReturnType<Match>>
  readonly names: readonly string[]
  /** The value of its `Command` header, one character a byte. */
  readonly command: string | null
  readonly sometimes: boolean
}

describe('the plan of a recorded command is what the CLI asked', () => {
  test.each(loadRecordings().map((recording) => [recording.command, recording] as const))('%s', (line, recording) => {
    const plan = planOf(line)
    const connections = recording.connections.map((connection) => requestsOf(connection))
    // the gateway decides where no route has the path
    if (line === 'convox api get /nosuch') return expect(plan).toBeNull()
    expectCovers(plan ?? [], connections.flat())
    // requests of one connection came in this order; those of several came at the same time
    for (const requests of connections) expectOrder(plan ?? [], requests)
    if (recording.exit === 0) expectMade(plan ?? [], connections.flat())
  })
})

/** Why a sequence is not compared with the plan of its command. */
const apart = new Map([
  ['convox test (of the service web)', 'only the end of a command'],
  ['convox services triggers threshold-set web', 'this CLI ends before it asks, without --type and --threshold'],
  ['convox letsencrypt dns route53 role arn:y', 'this CLI takes no argument there, and only reads'],
])

describe('the plan of a command is what its sequence asks', () => {
  const comparable = sequences.filter(({ command }) => !apart.has(command))
  test.each(comparable.map(({ command, steps }) => [command, steps] as const))('%s', (line, steps) => {
    const plan = planOf(line.replaceAll(/\{([a-z]+)\}/g, (_, name: string) => sample(name)))
    const requests = steps.filter(({ byOthers }) => !byOthers).flatMap(requestOf)
    expect(plan).not.toBeNull()
    expectCovers(plan ?? [], requests)
    expectOrder(plan ?? [], requests)
    expectMade(plan ?? [], requests)
  })

  test('each that is left out is a sequence', () => {
    expect([...apart.keys()].filter((line) => !sequences.some(({ command }) => command === line))).toEqual([])
  })
})

describe('every command of the CLI has a plan', () => {
  test.each(rackCommands)('convox %s asks the rack', (name) => {
    const plan = planCommand(name.split(' '), context)
    // most need arguments, which they are tried with above
    expect(plan).not.toMatchObject({ kind: 'unknown', reason: 'the command is unknown' })
    expect(plan.kind).not.toBe('local')
  })

  test.each(otherCommands)('convox %s does not', (name) => {
    expect(planCommand(name.split(' '), context).kind).toBe('local')
  })
})

/** The calls of a line, of all its commands, or null where one of them is in doubt. */
function planOf(line: string): readonly PlannedCall[] | null {
  const calls: PlannedCall[] = []
  for (const command of line.split('; ')) {
    const [program, ...words] = shellWords(command)
    if (program !== 'convox') continue
    const plan = planCommand(words, context)
    if (plan.kind !== 'calls') return null
    calls.push(...plan.calls)
  }
  return calls
}

/** Every request is planned: its route, the path parameters that are known, and nothing is planned to be sent that wasn't. */
function expectCovers(plan: readonly PlannedCall[], requests: readonly Request[]): void {
  expect(requests.filter((request) => !plan.some((call) => isCall(call, request))).map(shown)).toEqual([])
}

/** Every essential call was made, whatever the rack answered. */
function expectMade(plan: readonly PlannedCall[], requests: readonly Request[]): void {
  const essential = plan.filter((call) => call.essential)
  const certain = requests.filter(({ sometimes }) => !sometimes)
  expect(essential.filter((call) => !certain.some((request) => isCall(call, request))).map(shownCall)).toEqual([])
}

/** Each kind of essential call came for the first time in the order of the plan. */
function expectOrder(plan: readonly PlannedCall[], requests: readonly Request[]): void {
  const essential = plan.filter((call) => call.essential)
  const made = essential.filter((call) => requests.some((request) => isCall(call, request)))
  const planned = [...new Set(made.map(({ route }) => route.id))]
  const came = [...new Set(requests.map(({ found }) => found.route.id))].filter((id) => planned.includes(id))
  expect(came).toEqual(planned)
}

function isCall(
  { route, params, parameters, command }: PlannedCall,
  { found, names, command: sent }: Request,
): boolean {
  const known = Object.entries(params).filter(([name]) => name !== 'key')
  const planned = [...parameters.query, ...parameters.form, ...parameters.headers]
  return (
    route.id === found.route.id &&
    known.every(([name, value]) => found.params[name] === value) &&
    planned.every((name) => names.includes(name)) &&
    (command === null || command.header === sent)
  )
}

function shown({ found, names, command }: Request): string {
  return [found.route.id, JSON.stringify(found.params), ...names, command ?? ''].join(' ')
}

function shownCall({ route, params, command }: PlannedCall): string {
  return [route.id, JSON.stringify(params), command?.header ?? ''].join(' ')
}

/** Parses what the CLI wrote on one connection. Bodies are skipped, but for forms. */
function requestsOf(connection: CliRecording['connections'][number]): Request[] {
  return connection.flatMap(([direction, bytes]) => {
    const [head = '', body = ''] = splitHead(bytes)
    const [first = '', ...lines] = head.split('\r\n')
    const [method = '', target = '', version] = first.split(' ')
    if (direction !== '>' || version !== 'HTTP/1.1') return []
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')), line.replace(/^[^:]*: /, '')]),
    )
    return made({ method, target, headers, body, websocket: headers.Upgrade === 'websocket', sometimes: false })
  })
}

function splitHead(bytes: string): string[] {
  const end = bytes.indexOf('\r\n\r\n')
  return [bytes.slice(0, end), bytes.slice(end + 4)]
}

function requestOf({ method, target, headers, form, websocket, sometimes }: Step): Request[] {
  const body = new URLSearchParams(form ?? {}).toString()
  const type = form === null ? 'application/octet-stream' : 'application/x-www-form-urlencoded'
  const filled = target.replaceAll(/\{([a-z]+)\}/g, (_, name: string) => sample(name))
  return made({ method, target: filled, headers: { ...headers, 'Content-Type': type }, body, websocket, sometimes })
}

interface Written {
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly websocket: boolean
  readonly sometimes: boolean
}

/** Leaves out probes of the CLI and unknown routes. */
function made({ method, target, headers, body, websocket, sometimes }: Written): Request[] {
  const [path = '', query = ''] = target.split('?')
  const found = isProbe(method, path) ? null : match(method, path, websocket ? 'websocket' : 'http')
  if (!found) return []
  const form = parseForm(headers['Content-Type'] ?? '', Buffer.from(body, 'latin1'))
  const pairs = [...parseQuery(query), ...form].map(({ key }) => key)
  const names = [...pairs, ...Object.keys(headers).map((name) => name.toLowerCase())]
  return [{ found, names, command: headers.Command ?? null, sometimes }]
}

function sample(name: string): string {
  return `${name}-1`
}
