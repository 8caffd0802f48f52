import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeStepUpPolicy } from '../step-up/policy.ts'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'
import { createProver, type Prover } from '../support/login/second-factor.ts'

/** A command without its proof, which observe mode lets start, is not a proven one when the policy is enforced. */

const clock = { ahead: 0 }
const now = () => Date.now() + clock.ahead
const hour = 3_600_000
let at: LoginSystem
let enforcing: Awaited<ReturnType<LoginSystem['system']['replica']>>
let admin: Prover
beforeAll(async () => {
  const policyFile = writeStepUpPolicy(
    'version: 1\nstepUp: { rules: { all: { permissions: [process:run, process:exec-any], require: { always: any } } } }\n',
  )
  at = await startLoginSystem({}, { now, policyFile, observing: { racks: ['staging'], until: now() + hour } })
  enforcing = await at.system.replica({ observing: null })
  admin = await createProver(at, 'admin', clock)
})
afterAll(() => at.stop())

const exec = (url: string, process: string) =>
  openWebSocket(`${url}/apps/myapp/processes/${process}/exec`, admin.program.token, { command: 'bash' })
const needsProof = /needs a (?:new )?proof/

test('the first exec in a run that had no proof needs one', async () => {
  const headers = ['Command: sleep 3600', 'Rack: gateway/staging']
  const path = '/apps/myapp/services/command/processes?'
  const started = await at.system.send('POST', path, admin.program.token, '', headers)
  expect(started.status).toBe(200)
  expect((await at.system.lastEvent()).decision).toMatchObject({ wouldBe: { effect: 'require' } })
  const { id } = started.json as { id: string }
  expect((await (await exec(enforcing.url, id)).readToEnd()).join('')).toMatch(needsProof)
  expect(at.system.rack.received.filter(({ target }) => target.includes('/exec'))).toEqual([])
})

test('an exec that had no proof ends with observe mode', async () => {
  const observed = await exec(at.system.url, 'web')
  expect(observed.status).toBe(101)
  clock.ahead += hour
  expect((await observed.readToEnd()).join('')).toMatch(needsProof)
})
