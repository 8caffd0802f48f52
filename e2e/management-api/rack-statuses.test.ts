import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'
import { createUser } from './callers.ts'

const names = ['broken', 'down', 'foreign', 'locked', 'well']

describe('GET /rack-statuses', () => {
  let system: System
  beforeAll(async () => {
    system = await startSystem({ rackNames: names })
    const { broken, down, foreign, locked } = system.racks
    broken?.failNext('GET /system', { kind: 'cut', after: 20 })
    foreign?.failNext('GET /system', { kind: 'answer', status: 200, body: '<html>secret page at 10.1.2.3</html>' })
    locked?.failNext('GET /system', { kind: 'answer', status: 401, body: 'rack-password-of-locked' })
    await down?.close()
  })
  afterAll(() => system.stop())

  test('says of each rack of the caller how it is, and discloses no address, password, or parameter', async () => {
    const { token } = await createUser(system, 'viewer')
    const before = (await system.events()).length
    const response = await call(system, token, 'GET', '/rack-statuses')
    const common = { certificate: null, status: null, version: null, latencyMs: expect.any(Number) }
    const failed = (name: string, state: string, why: unknown) =>
      expect.objectContaining({ ...common, name, state, why })
    expect(response.json).toEqual({
      racks: [
        failed('broken', 'unreachable', expect.stringMatching(/^The rack broken did not answer completely: .*\.$/)),
        failed('down', 'unreachable', expect.stringMatching(/^The rack down cannot be reached: .*\.$/)),
        failed(
          'foreign',
          'unreadable',
          'The rack foreign answered, but not with its status. Ask an administrator of the gateway to check its URL.',
        ),
        failed(
          'locked',
          'unreadable',
          expect.stringMatching(
            /^The rack locked rejects the gateway, .* set RACK_TOKEN_LOCKED to the password of the rack/,
          ),
        ),
        expect.objectContaining({
          ...common,
          name: 'well',
          state: 'reachable',
          status: 'running',
          version: '3.24.9',
          why: null,
        }),
      ],
      waitingFor: [],
    })
    expect(response.body).not.toMatch(/127\.0\.0\.1|10\.1\.2\.3|http|password-of|parameters/)
    for (const rack of Object.values(system.racks)) expect(response.body).not.toContain(new URL(rack.url).port)
    const recorded = (await system.events()).filter(({ kind }) => kind !== 'rack.rejects-gateway')
    expect(recorded).toHaveLength(before)
  })

  test('callers share one question to each rack, with the gateway as the actor', async () => {
    const { token } = await createUser(system, 'admin')
    await Promise.all([1, 2].map(() => call(system, token, 'GET', '/rack-statuses')))
    const questions = system.racks.well?.received ?? []
    expect(questions.map(({ method, target }) => `${method} ${target}`)).toEqual(['GET /system'])
    expect(questions[0]?.rawHeaders.join()).toContain('Convox-Actor,rack-gateway')
  })

  test('a short wait leaves out a rack that has not answered yet, and the next request has it', async () => {
    const other = await startSystem({ rackNames: ['fast', 'slow'] })
    onTestFinished(() => other.stop())
    const fault = other.racks.slow?.failNext('GET /system', { kind: 'hang' })
    const { token } = await createUser(other, 'viewer')
    const statuses = async (path: string) => {
      const { json } = await call(other, token, 'GET', path)
      const { racks, waitingFor } = json as { racks: { name: string; state: string }[]; waitingFor: string[] }
      return { racks: racks.map(({ name, state }) => `${name} ${state}`), waitingFor }
    }
    await expect
      .poll(() => statuses('/rack-statuses?wait=0'))
      .toEqual({ racks: ['fast reachable'], waitingFor: ['slow'] })
    const complete = statuses('/rack-statuses?wait=5000')
    fault?.release()
    expect(await complete).toEqual({ racks: ['fast reachable', 'slow reachable'], waitingFor: [] })
    expect(other.racks.slow?.received).toHaveLength(1)
  })

  test('shows only racks on which the caller has a role', async () => {
    const ofOne = await createUser(system, 'viewer', { racks: 'well' })
    const bound = await createUser(system, 'admin', { rack: 'down' })
    const nobody = await createUser(system, null)
    const shown = await Promise.all(
      [ofOne, bound, nobody].map(async ({ token }) => {
        const { json } = await call(system, token, 'GET', '/rack-statuses')
        return (json as { racks: { name: string }[] }).racks.map(({ name }) => name)
      }),
    )
    expect(shown).toEqual([['well'], ['down'], []])
  })
})
