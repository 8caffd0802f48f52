import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMachine, type Machine } from '../testing/harness.ts'

const page = readFileSync(fileURLToPath(new URL('../../man/rack-gateway.1', import.meta.url)), 'utf8')

let machine: Machine
beforeAll(() => {
  machine = createMachine()
})
afterAll(() => machine.remove())

const onTerminal = { columns: 80 }

test('without a terminal, the source of the page is printed, with the exit codes', async () => {
  expect(await machine.call(['man'])).toEqual({ code: 0, stdout: page, stderr: '' })
  expect(page).toContain('.SH EXIT STATUS')
})

test('the built program has the page', async () => {
  const { code, stdout } = await machine.run(['man'])
  expect([code, stdout]).toEqual([0, page])
})

test('on a terminal, the page opens in man, and its file is removed', async () => {
  const [said, read] = [join(machine.home, 'said'), join(machine.home, 'read')]
  const man = join(machine.home, 'bin', 'man')
  writeFileSync(man, `#!/bin/sh\nprintf %s "$1" > '${said}'\ncat "$1" > '${read}'\nexit 3\n`)
  chmodSync(man, 0o755)
  const env = { PATH: `${join(machine.home, 'bin')}:/usr/bin:/bin` }
  expect(await machine.call(['man'], env, '', onTerminal)).toEqual({ code: 3, stdout: '', stderr: '' })
  expect(readFileSync(read, 'utf8')).toBe(page)
  expect(existsSync(readFileSync(said, 'utf8'))).toBe(false)
})

test('on a terminal without man, the error says how to save the page', async () => {
  expect(await machine.call(['man'], { PATH: '/nowhere' }, '', onTerminal)).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'rack-gateway: The program man cannot be started here. Save the page with "rack-gateway man > rack-gateway.1", or read about one command: rack-gateway help COMMAND.\n',
  })
})

test('help refers to the page by a command that every installation has', async () => {
  expect((await machine.call(['help'])).stdout).toContain('Exit codes and all commands: rack-gateway man.')
})
