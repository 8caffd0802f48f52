import { callManagementApi } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'
import { createProver, type Prover } from '../support/login/second-factor.ts'
import { writeStepUpPolicy } from './policy.ts'

const clock = { ahead: 0 }
let at: LoginSystem
let admin: Prover
beforeAll(async () => {
  at = await startLoginSystem({}, { now: () => Date.now() + clock.ahead, policyFile: writeStepUpPolicy() })
  admin = await createProver(at, 'admin', clock)
})
afterAll(() => at.stop())
beforeEach(() => {
  // No earlier proof counts.
  clock.ahead += 11 * 60_000
  at.system.rack.clearReceived()
})

/** Starts two requests that both wait for the rows of a table, so that each has begun before the other one ends. */
async function bothAtOnce<T>(table: 'proofs' | 'step_ups', first: () => Promise<T>, second = first): Promise<T[]> {
  const { sql } = at.system
  const { asked } = await sql.begin(async (held) => {
    await held`select id from ${held(`gateway.${table}`)} for update`
    const asked = Promise.all([first(), second()])
    const waiting = () => held`
      select from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()`
    await expect.poll(waiting, { interval: 20 }).toHaveLength(2)
    return { asked }
  })
  return asked
}

const call = (line: string) => {
  const [method = '', target = ''] = line.split(' ')
  return at.system.send(method, `/rack/staging${target}`, admin.program.token)
}
const program = (path: string, body?: object) => callManagementApi(at.system, admin.program.token, 'POST', path, body)
const statuses = (responses: readonly { readonly status: number }[]) => responses.map(({ status }) => status).sort()
const rows = async (table: 'proofs' | 'step_ups') =>
  Number((await at.system.sql`select count(*) from ${at.system.sql(`gateway.${table}`)}`)[0]?.count)

const restart = 'POST /apps/myapp/services/web/restart?'

/** @returns the code that the page shows after the proof */
async function provedCode(): Promise<string> {
  const refused = await call(restart)
  const { id } = (refused.json as { stepUp: { id: string } }).stepUp
  return String((await admin.prove(id)).json.result)
}

const asked = async () => (await program('/step-ups', { delivery: 'callback' })).text('id')

test('of two calls with one proof for one call, one reaches the rack', async () => {
  expect((await call(`GET /gateway-step-up/${await provedCode()}?`)).status).toBe(200)
  const responses = await bothAtOnce('proofs', () => call(restart))
  expect(statuses(responses)).toEqual([200, 403])
  expect(at.system.rack.received.map(({ target }) => target)).toEqual(['/apps/myapp/services/web/restart?'])
})

test('of two proofs of one step-up, one has a result, and only its code is used up', async () => {
  const id = await asked()
  const [backupCode = ''] = admin.backupCodes
  const responses = await bothAtOnce(
    'step_ups',
    () => admin.post(`/step-ups/${id}/proof`, { method: 'totp', code: admin.code() }),
    () => admin.post(`/step-ups/${id}/proof`, { method: 'backup-code', code: backupCode }),
  )
  expect(statuses(responses)).toEqual([201, 409])
  expect(responses.filter(({ json }) => 'result' in json)).toHaveLength(1)
})

test('of two redemptions of one result, one gets the proof', async () => {
  const id = await asked()
  const { json } = await admin.prove(id)
  const before = await rows('proofs')
  const responses = await bothAtOnce('step_ups', () => program(`/step-ups/${id}/redemption`, { result: json.result }))
  expect([statuses(responses), await rows('proofs')]).toEqual([[201, 409], before + 1])
})

test('of two activations of one code, one counts', async () => {
  const code = await provedCode()
  const before = await rows('proofs')
  const responses = await bothAtOnce('step_ups', () => call(`GET /gateway-step-up/${code}?`))
  expect([statuses(responses), await rows('proofs')]).toEqual([[200, 409], before + 1])
})
