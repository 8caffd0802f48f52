import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type FakeGateway, startFakeGateway } from '../testing/fake-gateway.ts'
import { createMachine, type Machine } from '../testing/harness.ts'
import { isInstalled, type TestedShell, typeInto } from '../testing/shell.ts'

let machine: Machine
let gateway: FakeGateway
beforeEach(async () => {
  machine = createMachine()
  gateway = await startFakeGateway({ status: 200, body: [{ name: 'web-shop' }, { name: 'a;touch pwned;' }] })
})
afterEach(async () => {
  await gateway.close()
  machine.remove()
})

function configureRacks(...names: readonly string[]): void {
  machine.configure({
    gateways: Object.fromEntries(names.map((name) => [name, { url: gateway.url, rack: 'staging' }])),
    tokens: Object.fromEntries(names.map((name) => [name, { token: 'rgs_x' }])),
    current: names[0],
  })
}

/** Names that begin with `x`. Each must become one word of the command. */
const hostile = [
  'x y',
  'x$(touch pwned)',
  'x`touch pwned`',
  'x;touch pwned;',
  'x&touch pwned&',
  'x|touch pwned',
  'x>pwned',
  "x';touch pwned;'",
  'x";touch pwned;"',
  'x\\',
  'x!!',
  'x*',
  'x{a,b}',
  'x~',
  'x#y',
  'x%s$HOME',
  'x\u2019;touch pwned;\u2019',
]

/** The names that could be dangerous after an opening quote. In bash, the last one needs no quotes. */
const quoting = ['x$(touch pwned)', 'x`touch pwned`', "x';touch pwned;'", 'x";touch pwned;"', 'x~']

for (const shell of ['bash', 'zsh', 'fish'] as const satisfies readonly TestedShell[]) {
  describe.skipIf(!isInstalled(shell))(`${shell} (if it is installed)`, () => {
    test.each([
      ['a command', 'rack-gateway toke\tli\t', ['tokens', 'list']],
      ['a flag', 'rack-gateway tokens create x --perm\ta', ['tokens', 'create', 'x', '--permission', 'a']],
      ['a choice', 'rack-gateway audit export --format oc\t', ['audit', 'export', '--format', 'ocsf']],
      ['a choice in the same word', 'rack-gateway audit export --format=oc\t', ['audit', 'export', '--format=ocsf']],
      ['a word of convox', 'rack-gateway releases prom\t', ['releases', 'promote']],
      ['a rack', 'rack-gateway ps -r stag\t', ['ps', '-r', 'staging']],
      ['a rack in the same word', 'rack-gateway ps --rack=stag\t', ['ps', '--rack=staging']],
      ['an app', 'rack-gateway ps -a web\t', ['ps', '-a', 'web-shop']],
      ['a file', 'rack-gateway policy check a-fi\t', ['policy', 'check', 'a-file.yaml']],
    ])('completes %s', async (_, keys, words) => {
      configureRacks('staging')
      machine.write(join(machine.cwd, 'a-file.yaml'), '')
      expect((await typeInto(shell, machine, keys)).words).toEqual(words)
    })

    test.each(['"', "'"])('completes a word after %s', async (quote) => {
      configureRacks('staging')
      const { words } = await typeInto(shell, machine, `rack-gateway switch ${quote}stag\t`)
      expect(words).toEqual(['switch', 'staging'])
    })

    test.each(quoting.flatMap((name) => [[name, '"'] as const, [name, "'"] as const]))(
      'a rack with the name %j executes no code after %s',
      async (name, quote) => {
        configureRacks(name)
        // Bash completes only words that need no quotes, and closes the quote of a completed word.
        const isCompleted = shell !== 'bash' || name === 'x~'
        const { words } = await typeInto(shell, machine, `rack-gateway switch ${quote}x\t${isCompleted ? '' : quote}`)
        expect(words).toEqual(['switch', isCompleted ? name : 'x'])
        expect(existsSync(join(machine.cwd, 'pwned'))).toBe(false)
      },
    )

    test.each(hostile.map((name) => [name]))('a rack with the name %j is one word, and runs nothing', async (name) => {
      configureRacks(name)
      expect((await typeInto(shell, machine, 'rack-gateway switch x\t')).words).toEqual(['switch', name])
      expect(existsSync(join(machine.cwd, 'pwned'))).toBe(false)
    })
  })
}
