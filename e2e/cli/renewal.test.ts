import { chmodSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { callManagementApi } from '@rack-gateway/testing/management-api'
import { expect, onTestFinished, test } from 'vitest'
import { createMachine, writeStubConvox } from '../support/convox/machine.ts'
import { startLoginSystem } from '../support/login/login.ts'
import { sessionOf } from '../support/login/session-of.ts'
import { builtCommand } from '../support/processes.ts'

test('a slow provider delays no command, and the renewed token is stored', async () => {
  const clock = { ahead: 0 }
  const at = await startLoginSystem({}, { now: () => Date.now() + clock.ahead })
  const machine = createMachine(null)
  onTestFinished(async () => {
    machine.remove()
    await at.stop()
  })
  writeStubConvox(join(machine.home, 'bin', 'convox'))
  await at.login('deployer')
  const { id, token } = await sessionOf(at.system, 'deployer')
  clock.ahead = 61_000
  const file = join(machine.home, 'config/rack-gateway/config.json')
  const entry = {
    token,
    expires_at: new Date(Date.now() + 9 * 86_400_000).toISOString(),
    renew_at: '2024-01-01T00:00:00Z',
  }
  machine.write(
    'config/rack-gateway/config.json',
    JSON.stringify({ gateways: { staging: { url: at.system.url } }, tokens: { staging: entry } }),
  )
  chmodSync(dirname(file), 0o700)
  chmodSync(file, 0o600)
  const kept = () => {
    const { sessions, tokens } = JSON.parse(readFileSync(file, 'utf8'))
    return (sessions?.[at.system.url] ?? tokens.staging).token
  }

  let asked = 0
  let response = () => {}
  const until = new Promise<void>((resolve) => {
    response = resolve
  })
  at.idp.injectFault({
    kind: 'slow',
    path: /^\/token/,
    onRequest: () => {
      asked++
    },
    until,
  })
  const program = machine.start(...builtCommand('rack-gateway', ['--no-precheck', 'apps']))
  const [, used] = await program.saw(/RACK_URL: \S+convox:(\w+)@/)
  expect([used, kept()]).toEqual([token, token])
  // The command says so once convox has ended.
  await program.saw(/Renewing your session/)
  response()
  const { code, stderr } = await program.ended
  expect([code, stderr, asked]).toEqual([0, expect.stringContaining('Renewing your session'), 1])
  const credentials = await at.system.sql<{ superseded: boolean }[]>`
    select superseded_at is not null as superseded from gateway.credentials where session_id = ${id} order by issued_at`
  expect(credentials.map(({ superseded }) => superseded).sort()).toEqual([false, true])
  expect(kept()).not.toBe(token)
  const me = await callManagementApi(at.system, kept(), 'GET', '/me')
  expect(me.json).toMatchObject({ name: 'deployer@example.com' })
})
