import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { startFakeGateway } from './testing/fake-gateway.ts'
import { commandLine, createMachine } from './testing/harness.ts'

const hasScript = spawnSync('script', ['--version']).status === 0
if (!hasScript) console.warn('SKIPPED: a login at a pseudo-terminal. Not installed: script (util-linux, bsdutils)')

test.skipIf(!hasScript)('at a terminal, the rack of a new name is asked for, and what is typed decides', async () => {
  const machine = createMachine()
  const me = { name: 'ada', kind: 'user', rack: null, expiresAt: Date.now() + 9e9, racks: ['eu-1', 'us-1'], roles: [] }
  const gateway = await startFakeGateway({ status: 200, body: me })
  onTestFinished(async () => {
    await gateway.close()
    machine.remove()
  })
  const words = commandLine(['login', 'work', gateway.url, '--token', 'rgs_ada'])
  const line = words.map((word) => `'${word}'`).join(' ')
  const terminal = spawn('script', ['-qec', line, '/dev/null'], { cwd: machine.cwd, env: machine.env })
  let screen = ''
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text
    terminal.emit('said')
  })
  const shown = async (text: string) => {
    while (!screen.includes(text)) await once(terminal, 'said')
  }
  await shown('the gateway has several racks for you: eu-1, us-1')
  await shown('Which one? ')
  terminal.stdin.write('us-2\n')
  await shown('there is no rack us-2: did you mean us-1?')
  terminal.stdin.write('us-1\n')
  const [code] = await once(terminal, 'close')
  expect([code, screen]).toEqual([0, expect.stringContaining('Logged in to work as ada.')])
  expect(machine.config()).toMatchObject({ gateways: { work: { rack: 'us-1' } } })
})
