import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createDeferred } from '../testing/deferred.ts'
import { type FakeGateway, startFakeGateway } from '../testing/fake-gateway.ts'
import { commandLine, createMachine, type Machine } from '../testing/harness.ts'
import { hasScript, type PseudoTerminal, runInTerminal } from '../testing/pseudo-terminal.ts'

/** The shell prints this after the program has ended. `script` could otherwise end before it has printed all output. */
const after = '<ended>'

/** Clears a line. */
const cleared = '\r\u001b[2K'

const account = (name: string) => ({
  id: '01a21006-6e55-7646-9171-966421143187',
  name,
  createdAt: '2026-01-01T00:00:00.000Z',
  disabledAt: null,
})
const page = (...names: readonly string[]) => ({ status: 200, body: { items: names.map(account), next: null } })

let machine: Machine
let gateway: FakeGateway
beforeEach(async () => {
  machine = createMachine()
  gateway = await startFakeGateway(page('deploy-web'))
})
afterEach(async () => {
  await gateway.close()
  machine.remove()
})

interface ProgramTerminal extends Omit<PseudoTerminal, 'ended'> {
  /** The output without the progress line. */
  response(): string
  /** Ends the terminal after all output. @returns the exit code */
  end(): Promise<number | null>
}

/** Runs the program in a terminal with a number of columns. */
function inTerminal(words: string, env: Readonly<Record<string, string>> = {}, columns = 72): ProgramTerminal {
  const shell = `stty cols ${columns} -echo; trap : INT; ${commandLine([words]).join(' ')}; code=$?; printf '${after}'; read _; exit $code`
  const terminal = runInTerminal(shell, {
    cwd: machine.cwd,
    env: {
      HOME: machine.home,
      PATH: '/usr/bin:/bin',
      TERM: 'xterm',
      RACK_GATEWAY_URL: gateway.url,
      RACK_GATEWAY_TOKEN: 'rgs_x',
      ...env,
    },
  })
  const shown = () => terminal.shown().replace(after, '')
  return {
    ...terminal,
    shown,
    response: () => shown().split(cleared).at(-1) ?? '',
    async end() {
      await terminal.saw(after)
      terminal.press('\n')
      return terminal.ended
    },
  }
}

describe.skipIf(!hasScript)('in a terminal (needs /usr/bin/script of util-linux)', () => {
  test('a table has the width of the terminal, and bold headings unless NO_COLOR is set', async () => {
    gateway.response = page(`a-name-${'x'.repeat(100)}`)
    const plain = inTerminal('service-accounts', { NO_COLOR: '1' }, 80)
    expect(await plain.end()).toBe(0)
    const lines = plain.response().trimEnd().split('\r\n')
    expect(lines.map(({ length }) => length <= 80)).toEqual([true, true])
    expect(lines[1]).toMatch(/^01a21006-6e55-7646-9171-966421143187 {2}a-name-x+… /)
    const styled = inTerminal('service-accounts', {}, 80)
    await styled.end()
    expect(styled.shown()).toContain('\u001b[1mID')
    expect(plain.response()).not.toContain('\u001b')
  })

  test.each([40, 60])('with %i columns, each row is a block, and nothing is shortened', async (columns) => {
    const name = `a-name-${'x'.repeat(20)}`
    gateway.response = page(name)
    const terminal = inTerminal('service-accounts', { NO_COLOR: '1' }, columns)
    expect(await terminal.end()).toBe(0)
    expect(terminal.response().trimEnd().split('\r\n')).toEqual([
      'ID: 01a21006-6e55-7646-9171-966421143187',
      `NAME: ${name}`,
      'CREATED (UTC): 2026-01-01 00:00',
    ])
  })

  test('a command that takes more than a second shows a progress line, and removes it', async () => {
    const { promise, end } = createDeferred()
    gateway.response = { ...page('deploy-web'), delay: promise }
    const terminal = inTerminal('service-accounts')
    await terminal.saw('asking the gateway … 1 s')
    end()
    expect(await terminal.end()).toBe(0)
    expect(terminal.shown()).toMatch(/\r\u001b\[2K\u001b\[1mID/)
  })

  test('a destructive command asks for confirmation', async () => {
    const declined = inTerminal('service-accounts disable deploy-web')
    await declined.saw('? [y/N] ')
    declined.press('n\n')
    expect(await declined.end()).toBe(130)
    expect(gateway.requests.map(({ path }) => path)).toEqual(['/gateway/api/v1/service-accounts?limit=200'])
    const done = inTerminal('service-accounts disable deploy-web')
    await done.saw('Disable the service account deploy-web, which stops its API tokens? [y/N] ')
    gateway.response = { status: 200, body: account('deploy-web') }
    done.press('y\n')
    expect(await done.end()).toBe(0)
    expect(gateway.requests.at(-1)?.path).toMatch(/\/01a21006-\S+\/disable$/)
  })

  test('Ctrl-C at the question cancels the command', async () => {
    const terminal = inTerminal('service-accounts disable deploy-web')
    await terminal.saw('? [y/N] ')
    terminal.press('\u0003')
    expect(await terminal.end()).not.toBe(0)
    expect(gateway.requests).toHaveLength(1)
  })
})

test('without a terminal, there is no question, shortening, style, or progress line', async () => {
  const name = `a-name-${'x'.repeat(300)}`
  gateway.response = page(name)
  const env = { RACK_GATEWAY_URL: gateway.url, RACK_GATEWAY_TOKEN: 'rgs_x' }
  const listed = await machine.run(['service-accounts'], env)
  expect(listed).toMatchObject({ code: 0, stderr: '' })
  expect(listed.stdout).toContain(`  ${name}  `)
  const unasked = await machine.run(['service-accounts', 'disable', name], env)
  expect(unasked).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Pass --yes') })
})
