import { chmodSync } from 'node:fs'
import { type CliRecording, loadRecordings } from '@rack-gateway/demo-rack/recordings'
import { certificatePath } from '@rack-gateway/testing/certificates'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { logInAndSwitch } from '../console-mode/native-console.ts'
import { startTlsFront } from '../support/callers/connection.ts'
import { type Role, refusals, roles } from '../support/convox/denied-commands.ts'
import { createMachine, type Machine } from '../support/convox/machine.ts'
import { comparable, createIds, isLike } from '../support/convox/recorded-commands.ts'
import { startSystem } from '../support/gateway/system.ts'
import { builtCommand } from '../support/processes.ts'
import type { Ended } from '../support/program.ts'

const convox = process.env.CONVOX_BIN ?? null
/** A role takes a minute and a half, most of it the CLI's own waits; the roles run at the same time. */
const timeout = 240_000

const recordings = loadRecordings()

/** By itself with a RACK_URL or in console mode, or started by rack-gateway, which then relays what it asks over verified TLS. */
const plays = [
  ...roles.map((role) => [role, 'with a RACK_URL'] as const),
  ['admin', 'through rack-gateway'],
  ['deployer', 'through rack-gateway'],
  ['admin', 'in console mode'],
  ['ci', 'in console mode'],
] as const
type Mode = (typeof plays)[number][1]

/** The recorded commands again, by the native binary itself. What is refused to a role is then done past the gateway, so that the rack is as it was recorded. */
describe.skipIf(convox === null)('the native convox (runs when CONVOX_BIN names it)', () => {
  const started = new Map<string, Play>()
  beforeAll(async () => {
    for (const [role, mode] of plays) started.set(`${role} ${mode}`, await startPlay(role, mode))
  })
  afterAll(() => Promise.all([...started.values()].map((play) => play.stop())), timeout)

  describe.each(plays)('as %s, %s', (role, mode) => {
    test.each(recordings.map((recording, index) => [`${index}: ${recording.command}`, recording, index] as const))(
      '%s',
      async (_name, recording, index) => {
        const outcome = await started.get(`${role} ${mode}`)?.outcomes[index]
        if (!outcome) throw new Error('this command was not run')
        const refused = refusals[recording.command]?.[role]
        if (refused !== undefined) expectRefusal(outcome, refused)
        else expectRecorded(outcome, recording, role)
      },
      timeout,
    )
  })
})

/** A person reads the same sentence in both cases: over an HTTP response on stderr, over an exec's stream on stdout. */
function expectRefusal({ code, stdout, stderr }: Ended, request: string): void {
  expect(code).toBe(1)
  const overStream = request.startsWith('GET') && request.includes('/processes/')
  expect(overStream ? stdout : stderr).toMatch(/^ERROR: .+ \(rule [^()]+\)$/m)
}

const unknownRoute = 'convox api get /nosuch'

function expectRecorded({ code, stdout, stderr }: Ended, recording: CliRecording, role: Role): void {
  if (recording.command === unknownRoute)
    expect(stderr).toMatch(
      /^ERROR: The gateway does not know GET \/nosuch of the rack API, so it denies the call\. .+\n$/,
    )
  else expect(comparable(stderr)).toEqual(comparable(recording.stderr))
  expect(code).toBe(recording.exit === 'interrupted' ? 130 : recording.exit)
  const lines = comparable(stdout)
  const recorded = comparable(recording.stdout)
  // a role that doesn't see a value sees the recorded line with something in its place
  expect(lines.map((line, at) => (role !== 'admin' && isLike(recorded[at] ?? '', line) ? recorded[at] : line))).toEqual(
    recorded,
  )
}

interface Play {
  readonly outcomes: readonly Promise<Ended>[]
  stop(): Promise<void>
}

/** Runs the commands one after the other, on a rack of their own. */
async function startPlay(role: Role, mode: Mode): Promise<Play> {
  const system = await startSystem({ rackNames: ['rack1'] })
  const token = role === 'ci' ? await system.pipelineToken() : await system.token(role)
  const front = await startTlsFront(system.url)
  const machine = createMachine(mode === 'through rack-gateway' ? null : convox)
  if (mode === 'through rack-gateway') writeWrapped(machine)
  if (mode === 'in console mode') await logInAndSwitch(machine, { url: front.url, token, rack: 'gateway/rack1' })
  const env = environmentFor(mode)
  const ids = createIds()
  const outcomes: Promise<Ended>[] = []
  let before: Promise<unknown> = Promise.resolve()
  for (const recording of recordings) {
    const outcome = before.then(() => perform(recording))
    before = outcome.catch(() => undefined)
    outcomes.push(outcome)
  }

  function environmentFor(mode: Mode): NodeJS.ProcessEnv {
    if (mode === 'in console mode') return {}
    return mode === 'with a RACK_URL' ? { RACK_URL: addressed(system.url, token) } : automation(front.url, token)
  }

  async function perform(recording: CliRecording): Promise<Ended> {
    const outcome = await convoxRun(machine, ids.inCommand(recording.command), recording, env)
    if (refusals[recording.command]?.[role] === undefined) ids.learn(recording, outcome.stdout)
    else {
      const past = await convoxRun(machine, ids.inCommand(recording.command), recording, {
        RACK_URL: addressed(system.rack.url, system.rack.token),
      })
      ids.learn(recording, past.stdout)
    }
    return outcome
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

async function convoxRun(
  machine: Machine,
  command: string,
  { exit, stdin }: CliRecording,
  env: NodeJS.ProcessEnv,
): Promise<Ended> {
  if (exit !== 'interrupted') return machine.sh(command, { env, stdin })
  const running = machine.start('/bin/sh', ['-c', `exec ${command}`], { env })
  await running.saw(/ tick 3$/m)
  running.signal('SIGINT')
  return running.ended
}

/** The command `convox` is rack-gateway there, which starts the real one. */
function writeWrapped(machine: Machine): void {
  const [node, words] = builtCommand('rack-gateway', ['--no-precheck', '--'])
  const script = `#!/bin/sh\nCONVOX_BIN='${convox}' exec '${[node, ...words].join("' '")}' "$@"\n`
  chmodSync(machine.write('bin/convox', script), 0o755)
}

function automation(url: string, token: string): NodeJS.ProcessEnv {
  return {
    RACK_GATEWAY_URL: url,
    RACK_GATEWAY_TOKEN: token,
    GATEWAY_RACK: 'rack1',
    NODE_EXTRA_CA_CERTS: certificatePath('self-signed'),
  }
}

function addressed(url: string, token: string): string {
  return url.replace('://', `://convox:${token}@`)
}
