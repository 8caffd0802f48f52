import { compileMatcher, type RackRoute, rackRoutes } from '@rack-gateway/convox-api'
import { type CommandContext, planCommand } from '@rack-gateway/convox-api/commands'
import { createDemoRack, fastClock } from '@rack-gateway/demo-rack'
import { loadRecordings } from '@rack-gateway/demo-rack/recordings'
import { afterAll, describe, test } from 'vitest'
import { sequences } from '../sequences/index.ts'
import { filled } from '../sequences/play.ts'
import { startingValues } from '../sequences/starting-values.ts'
import { createMachine } from '../support/convox/machine.ts'
import { shellWords } from '../support/convox/shell-words.ts'

const convox = process.env.CONVOX_BIN ?? null
const context: CommandContext = { appSetting: null, directory: 'myapp', rack: 'rack1', input: 'stream' }
const match = compileMatcher(rackRoutes)
const timeout = 120_000

/** They need what an earlier command made, or begin with one that isn't convox. */
const dependent = /\{certificate\}|^echo|thirdapp$|mask unset|budget clear|triggers disable|registries remove/
const recorded = loadRecordings().filter(({ exit }) => exit === 0)
const lines = [...recorded, ...sequences.filter(({ needs }) => needs === null)]
  .map(({ command }) => command)
  .filter((line) => !dependent.test(line))

/** Each essential call of each command, by its route. */
const cases = lines.flatMap((line) => {
  const plan = planCommand(shellWords(line.replaceAll(/\{[a-z]+\}/g, 'x')).slice(1), context)
  if (plan.kind !== 'calls') return []
  const routes = new Map(plan.calls.filter(({ essential }) => essential).map(({ route }) => [route.id, route]))
  return [...routes.values()].map((route) => [line, route.id, route] as const)
})

describe.skipIf(convox === null)('without an essential call a command fails (runs when CONVOX_BIN names it)', () => {
  const machine = createMachine(convox)
  afterAll(() => machine.remove())

  test.concurrent.each(cases)('%s: %s', { timeout }, async (line, id, route) => {
    const rack = createDemoRack({ name: 'rack1', token: 'rackpass', clock: fastClock(20) })
    const url = await rack.listen()
    try {
      const command = filled(line, await startingValues(rack))
      for (let count = 0; count < 20; count++) rack.failNext((asked) => isOf(route, asked), refused)
      const ended = await machine.sh(command, { env: { RACK_URL: url.replace('://', '://convox:rackpass@') } })
      if (ended.code === 0) throw new Error(`it went well without ${id}: ${ended.stdout}${ended.stderr}`)
    } finally {
      await rack.close()
    }
  })
})

const refused = {
  kind: 'answer',
  status: 403,
  headers: [['Content-Type', 'application/json']],
  body: '{"error":"refused"}',
} as const

function isOf({ id, kind }: RackRoute, { method, target }: { method: string; target: string }): boolean {
  return match(method, target.replace(/\?.*$/, ''), kind)?.route.id === id
}
