import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Context } from '../../invocation/context.ts'
import { findTarget } from '../../rack-choice/local/target.ts'
import { startFakeGateway } from '../../testing/fake-gateway.ts'
import { createMachine, type Machine } from '../../testing/harness.ts'
import { quietContext } from '../../testing/quiet-context.ts'
import { reloadTarget } from './reload-target.ts'

let machine: Machine
beforeEach(() => {
  machine = createMachine()
})
afterEach(() => machine.remove())

function context(): Context {
  return quietContext({
    cwd: machine.cwd,
    configPath: machine.configPath,
    now: 0,
    note: (line) => {
      throw new Error(`printed while a command runs: ${line}`)
    },
  })
}

const gateways = { staging: { url: 'https://gateway.example.com' }, other: { url: 'https://other.example.com' } }

test('a token that another process has renewed is found, even if another rack is current by then', async () => {
  machine.configure({ gateways, tokens: { staging: { token: 'first' } }, current: 'staging' })
  const target = await findTarget(context(), null)
  machine.configure({
    gateways,
    tokens: { staging: { token: 'second' }, other: { token: 'foreign' } },
    current: 'other',
  })
  const found = await reloadTarget(context(), target)
  expect([found.name, found.token.reveal()]).toEqual(['staging', 'second'])
})

test('a session past half of its life is renewed', async () => {
  const gateway = await startFakeGateway({
    status: 200,
    body: { token: 'rgs_renewed', expiresAt: '2999-01-01T00:00:00Z', renewAt: '2998-01-01T00:00:00Z' },
  })
  try {
    const entry = { token: 'rgs_first', expires_at: '2999-01-01T00:00:00Z', renew_at: '2020-01-01T00:00:00Z' }
    machine.configure({ gateways: { staging: { url: gateway.url } }, tokens: { staging: entry } })
    const found = await reloadTarget(context(), await findTarget(context(), null))
    expect(found.token.reveal()).toBe('rgs_renewed')
    expect(gateway.requests.map(({ path }) => path)).toEqual(['/gateway/api/v1/session/renewal'])
  } finally {
    await gateway.close()
  }
})

test('in automation, the target is unchanged', async () => {
  const env = { RACK_GATEWAY_URL: 'https://gateway.example.com', RACK_GATEWAY_TOKEN: 'rgt_ci' }
  const target = await findTarget({ ...context(), env }, null)
  expect(await reloadTarget(context(), target)).toBe(target)
})
