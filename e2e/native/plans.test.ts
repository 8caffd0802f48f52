import { compileMatcher, isProbe, rackRoutes } from '@rack-gateway/convox-api'
import { allCommands, type CommandContext, type PlannedCall, planCommand } from '@rack-gateway/convox-api/commands'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createMachine, type Machine } from '../support/convox/machine.ts'
import { type Asked, type RefusingRack, startRefusingRack } from '../support/racks/refusing-rack.ts'

const convox = process.env.CONVOX_BIN ?? null
const context: CommandContext = { appSetting: null, directory: 'myapp', rack: 'rack1', input: 'stream' }
const match = compileMatcher(rackRoutes)

/** Command lines that are easily parsed wrongly. The commands end soon, because their first essential call is denied. */
const lines: readonly (readonly string[])[] = [
  ['ps', '-a', 'web'],
  ['ps', '-aweb'],
  ['ps', '-a=web'],
  ['ps', '-a='],
  ['ps', '-wa', 'web'],
  ['ps', '--app', ''],
  ['ps', '--app=web', '--app', 'api'],
  ['ps', '-a', '--'],
  ['ps', '--', '-a'],
  ['ps', '-'],
  ['ps', '-w=', 'x'],
  ['ps', '--wait', 'false'],
  ['ps', '--wait=false'],
  ['ps', '-h'],
  ['ps', '-wh'],
  ['ps', '--help=x'],
  ['ps', '--strange', '--help'],
  ['ps', '-test.v'],
  ['ps', 'extra'],
  ['ps', 'info', '-a', 'web', 'p1'],
  ['ps', 'info', "it's"],
  ['ps', 'info', 'p1?x=1'],
  ['ps', 'info', ''],
  ['ps', '-r', 'other'],
  ['run', 'web', 'ls', '-la'],
  ['run', 'web', '--', 'ls', '-la'],
  ['run', '--', 'web', 'ls', '-d'],
  ['run', 'web', 'ls', '-d'],
  ['run', '-d=false', 'web', 'ls'],
  ['run', '--detach', 'false', 'web', 'ls'],
  ['run', '-d', 'web', ' ls ', 'é'],
  ['run', '-d', 'web', 'a\nb'],
  ['run', '-dt', '60', 'web', 'ls'],
  ['run', '-t60', 'web', 'ls'],
  ['run', '-t', '-1', 'web', 'ls'],
  ['run', '-e=false', 'web', 'ls'],
  ['run', '-t', '1e3', 'web', 'ls'],
  ['run', '-t', '0x10', 'web', 'ls'],
  ['exec', 'web', 'sh', '-c', 'ls'],
  ['exec', 'web', '--', 'sh', '-c', 'echo a  b'],
  ['exec', 'web', ' ls '],
  ['exec', 'web', 'a\tb'],
  ['exec', 'a!b', 'ls'],
  ['exec', 'web'],
  ['logs', '--since', '1h30m'],
  ['logs', '--since', '5'],
  ['logs', '-s', 'web'],
  ['builds', '-l2'],
  ['builds', '-l', 'two'],
  ['builds', 'info', 'B1.tgz'],
  ['env', 'get', '--release=R1', 'A'],
  ['env', 'set', '--replace', 'A=1'],
  ['env', 'set'],
  ['env', 'unset'],
  ['releases', 'create-from', '--build-from', 'R1'],
  ['releases', 'create-from', '--build-from', 'R1', '--use-active-release-env=false'],
  ['scale', '--count', '1'],
  ['scale', 'web', '--count', '1', '--min', '1'],
  ['scale', 'web', '--min', '3', '--max', '1'],
  ['rack', 'access', 'key'],
  ['rack', 'access', 'key', 'rotate'],
  ['rack', 'frobnicate'],
  ['frobnicate'],
  ['-a', 'web', 'ps'],
  ['registries', 'remove', 'https://index.docker.io/v1/'],
  ['cp', 'convox.yml', 'p1:/x'],
  ['cp', 'p1:/x', 'here'],
  ['cp', 'p1:x', 'here'],
  ['cp', 'C:/x', 'here'],
  ['api', 'get', '/apps?limit=1'],
  ['api', 'get', '/apps/%61'],
  ['api', 'get', '/apps#x'],
  ['budget', 'set', 'shop', '--monthly-cap', '1e2'],
  ['budget', 'set', 'shop', '--alert-at', '5'],
  ['budget', 'reset', 'shop', '-f'],
  ['config', 'set', 'NAME'],
  ['config', 'set', 'NAME', '--value', ''],
  ['apps', 'delete', '--', '-a'],
  ['apps', 'create', '-g3', 'other'],
  ['apps', 'params', 'set', 'noise'],
  ['certs', 'renew', '-a', 'generate'],
  ['letsencrypt', 'dns', 'route53', 'role', 'arn:y'],
  ['deploy-debug', '-A', '5', '-a', 'web'],
  ['builds', 'import-image', 'r.test/i', '--src-creds-pass-stdin=false'],
]

describe.skipIf(convox === null)('the native convox asks what is planned (runs when CONVOX_BIN names it)', () => {
  let rack: RefusingRack
  let machine: Machine
  beforeAll(async () => {
    rack = await startRefusingRack()
    machine = createMachine(convox)
  })
  afterAll(async () => {
    machine.remove()
    await rack.stop()
  })

  async function expectPlanned(words: readonly string[]): Promise<void> {
    rack.asked.length = 0
    const env = { RACK_URL: rack.url.replace('://', '://convox:token@') }
    const { code, stderr, stdout } = await machine.run('convox', words, { env })
    const plan = planCommand(words, context)
    const asked = rack.asked.filter(({ method, target }) => !isProbe(method, pathOf(target)))
    const what = JSON.stringify({ words, plan: plan.kind, asked, stderr, stdout: stdout.slice(0, 200) })
    if (plan.kind === 'local') expect(asked, what).toEqual([])
    if (plan.kind !== 'calls') return
    // a file that isn't there or isn't an archive ends it before the first call
    if (asked.length === 0 && /: (?:no such file or|is a) directory$|^ERROR: EOF$/m.test(stderr)) return
    const first = plan.calls.find(({ essential }) => essential)
    expect(
      asked.every((request) => plan.calls.some((call) => isCall(call, request))),
      what,
    ).toBe(true)
    if (!first) return
    expect(
      asked.some((request) => isCall(first, request)),
      what,
    ).toBe(true)
    expect(code, what).toBe(1)
  }

  test.each(lines.map((words) => [JSON.stringify(words), words] as const))('%s', (_, words) => expectPlanned(words))

  test('for any command line', { timeout: 300_000 }, async () => {
    await fc.assert(fc.asyncProperty(typed, expectPlanned))
  })
})

/** Commands that end by themselves, with flags and arguments that they may have or not. */
const asking = allCommands().filter(({ name, effect }) => effect !== 'local' && !name.endsWith('proxy'))
const argument = fc.constantFrom('web', 'R1', 'A=1', 'p1:/x', 'web:443', '2', '', '-', 'a b', 'ü')
const typed = fc.constantFrom(...asking).chain(({ name, flags, args }) => {
  const known = fc.constantFrom(...flags.filter((flag) => flag.name !== 'watch'))
  const spelled = fc.oneof(
    known.map(({ name: long }) => `--${long}`),
    fc.tuple(known, argument).map(([{ name: long }, value]) => `--${long}=${value}`),
    known.map(({ short }) => `-${short}`),
    fc.tuple(known, argument).map(([{ short }, value]) => `-${short}${value}`),
    fc.constantFrom('--', '--help', '-wr'),
  )
  const least = fc.array(argument, { minLength: args[0], maxLength: Math.min(args[1], args[0] + 1) })
  const more = fc.array(fc.oneof(spelled, argument), { maxLength: 3 })
  return fc.tuple(least, more).map(([needed, others]) => [...name.split(' '), ...needed, ...others])
})

function isCall({ route, params, command }: PlannedCall, asked: Asked): boolean {
  const found = match(asked.method, pathOf(asked.target), asked.websocket ? 'websocket' : 'http')
  const known = Object.entries(params).filter(([name]) => name !== 'key')
  return (
    found?.route.id === route.id &&
    known.every(([name, value]) => found.params[name] === value) &&
    (command === null || command.header === asked.command)
  )
}

function pathOf(target: string): string {
  return target.replace(/\?.*$/, '')
}
