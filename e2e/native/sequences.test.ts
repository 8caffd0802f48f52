import { fastClock, type ReceivedRequest } from '@rack-gateway/demo-rack'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { logInAndSwitch } from '../console-mode/native-console.ts'
import { sequences } from '../sequences/index.ts'
import { filled, type Values } from '../sequences/play.ts'
import { currentRack } from '../sequences/rack.ts'
import { asMade, asReceived } from '../sequences/requests.ts'
import type { Sequence } from '../sequences/sequence.ts'
import { startingValues } from '../sequences/starting-values.ts'
import { startTlsFront } from '../support/callers/connection.ts'
import { type Role, roles } from '../support/convox/denied-commands.ts'
import { createMachine, type Machine } from '../support/convox/machine.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import type { Ended } from '../support/program.ts'

const convox = process.env.CONVOX_BIN ?? null
/** The CLI's own waits take most of it; the roles run at the same time. */
const timeout = 400_000

const plays = [
  ...roles.map((role) => [role, 'with a RACK_URL'] as const),
  ['admin', 'in console mode'],
  ['ci', 'in console mode'],
] as const
type Mode = (typeof plays)[number][1]

/** Sequences that need a current rack only as an admin, because a RACK_URL past the gateway cannot run all of them. */
function runnableBy(role: Role, mode: Mode): Sequence[] {
  const hasCurrent = mode === 'in console mode' && role === 'admin'
  return sequences.filter(({ needs }) => needs === null || (hasCurrent && needs === currentRack))
}

/** The sequences again, by the native binary itself: it must be stopped where they say, and ask what they say. */
describe.skipIf(convox === null)('the native convox, command by command (runs when CONVOX_BIN names it)', () => {
  const started = new Map<string, Play>()
  beforeAll(async () => {
    for (const [role, mode] of plays) started.set(`${role} ${mode}`, await startPlay(role, mode))
  })
  afterAll(() => Promise.all([...started.values()].map((play) => play.stop())), timeout)

  describe.each(plays)('as %s, %s', (role, mode) => {
    test.each(runnableBy(role, mode).map((sequence, index) => [sequence.command, sequence, index] as const))(
      '%s',
      async (_command, sequence, index) => {
        const outcome = await started.get(`${role} ${mode}`)?.outcomes[index]
        if (!outcome) throw new Error('this command was not run')
        const refused = sequence.refused[role]
        if (refused !== undefined && !sequence.quiet) expectRefusal(outcome.ended, refused)
        else expect(outcome.ended).toMatchObject({ code: 0, stderr: '' })
        expect(outcome.heard).toEqual(outcome.expected)
      },
      timeout,
    )
  })
})

/** In words wherever the CLI shows them: a log stream or a proxy is refused at the handshake, of which it only says that. */
function expectRefusal({ code, stdout, stderr }: Ended, request: string): void {
  const atHandshake = request.startsWith('GET ') && request.endsWith('/logs')
  expect(stderr === '' ? stdout : stderr).toMatch(atHandshake ? /bad handshake/ : /^ERROR: .+ \(rule [^()]+\)$/m)
  // a console has no exit code
  if (!request.endsWith('/console')) expect(code).toBe(1)
}

interface Outcome {
  readonly ended: Ended
  /** The requests to the rack by a command that succeeded, each once, without those that are not always sent. */
  readonly heard: readonly string[]
  /** What the sequence says that it asks. */
  readonly expected: readonly string[]
}

interface Play {
  readonly outcomes: readonly Promise<Outcome>[]
  stop(): Promise<void>
}

async function startPlay(role: Role, mode: Mode): Promise<Play> {
  const system = await startSystem({ rackNames: ['rack1'], clock: fastClock(20) })
  const machine = createMachine(convox)
  const token = role === 'ci' ? await system.pipelineToken() : await system.token(role)
  const front = await startTlsFront(system.url)
  if (mode === 'in console mode') await logInAndSwitch(machine, { url: front.url, token, rack: 'gateway/rack1' })
  const values = await startingValues(system.rack)
  const outcomes: Promise<Outcome>[] = []
  let before: Promise<unknown> = Promise.resolve()
  for (const sequence of runnableBy(role, mode)) {
    const outcome = before.then(() => perform(sequence, { system, machine, token, values, role, mode }))
    before = outcome.catch(() => undefined)
    outcomes.push(outcome)
  }
  return {
    outcomes,
    async stop() {
      await before
      machine.remove()
      await front.stop()
      await system.stop()
    },
  }
}

interface Scene {
  readonly system: System
  readonly machine: Machine
  readonly token: string
  readonly values: Values
  readonly role: Role
  readonly mode: Mode
}

/** Through the gateway, and past it what the role may not do. */
async function perform(sequence: Sequence, { system, machine, token, values, role, mode }: Scene): Promise<Outcome> {
  const { rack, url } = system
  const run = (env: NodeJS.ProcessEnv) => machine.sh(filled(sequence.command, values), { env, stdin: sequence.stdin })
  rack.clearReceived()
  const ended = await run(mode === 'in console mode' ? {} : { RACK_URL: addressed(url, token) })
  let whole = ended
  if (sequence.refused[role] !== undefined) {
    rack.clearReceived()
    whole = await run({ RACK_URL: addressed(rack.url, rack.token) })
  }
  const [certificate] = /\bcert-[a-z0-9]{10}\b/.exec(whole.stdout) ?? []
  if (certificate !== undefined) values.set('certificate', certificate)
  const heard = asReceived(rack.received.filter(isTheirs))
  const { always, sometimes } = asMade(sequence, values)
  return {
    ended,
    heard: heard.filter((line) => !sometimes.includes(line)),
    expected: always,
  }
}

/** Not the gateway's own questions. */
function isTheirs({ rawHeaders }: ReceivedRequest): boolean {
  return rawHeaders.includes('convox.go/dev')
}

function addressed(url: string, token: string): string {
  return url.replace('://', `://convox:${token}@`)
}
