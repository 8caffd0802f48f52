import { describe, expect, test } from 'vitest'
import { manualClock } from './determinism/clock.ts'
import { ask, formType, read, send, startRack } from './testing/client.ts'

const path = '/apps/myapp/budget'

describe('budgets', () => {
  test('a new app has no budget; missing fields get their default or keep their value', async () => {
    const rack = await startRack({ clock: manualClock() })
    expect(await read(rack, path)).toEqual({ config: null, state: null })
    expect((await send(rack, `POST ${path}`, { 'monthly-cap-usd': '120.5' })).body).toBe('ok\n')
    await send(rack, `POST ${path}`, { 'alert-threshold-percent': '50' })
    expect(await read(rack, path)).toEqual({
      config: {
        'monthly-cap-usd': 120.5,
        'alert-threshold-percent': 50,
        'at-cap-action': 'alert-only',
        'pricing-adjustment': 1,
      },
      state: {
        'month-start': '2026-11-01T00:00:00Z',
        'current-month-spend-usd': expect.any(Number),
        'current-month-spend-as-of': expect.stringMatching(/^2026-11-24T22:57:49/),
      },
    })
    expect(await read(rack, '/apps/otherapp/budget')).toEqual({ config: null, state: null })
  })

  test.each([
    [{}, 'monthly-cap-usd must be > 0\n'],
    [{ 'monthly-cap-usd': '0' }, 'monthly-cap-usd must be > 0\n'],
    [{ 'monthly-cap-usd': 'NaN' }, 'monthly-cap-usd must be a finite number\n'],
    [{ 'monthly-cap-usd': '-1' }, 'monthly-cap-usd must be a finite number\n'],
    [
      { 'monthly-cap-usd': '1', 'alert-threshold-percent': '101' },
      'alert-threshold-percent must be between 1 and 100\n',
    ],
    [{ 'monthly-cap-usd': '1', 'pricing-adjustment': '2' }, 'pricing-adjustment must be between 0.1 and 1.5\n'],
    [
      { 'monthly-cap-usd': '1', 'at-cap-action': 'explode' },
      'at-cap-action must be one of alert-only, block-new-deploys, auto-shutdown\n',
    ],
  ])('%j is refused and sets nothing', async (form, body) => {
    const rack = await startRack()
    expect(await send(rack, `POST ${path}`, form)).toMatchObject({ status: 400, body })
    expect(await read(rack, path)).toEqual({ config: null, state: null })
  })

  test('a reset records who asked for it, and needs a budget', async () => {
    const rack = await startRack()
    expect((await send(rack, `POST ${path}/reset`)).status).toBe(404)
    await send(rack, `POST ${path}`, { 'monthly-cap-usd': '1' })
    await send(rack, `POST ${path}/reset`, { ack_by: 'a@example.test' })
    expect((await read(rack, path)).state).toMatchObject({ 'circuit-breaker-ack-by': 'a@example.test' })
    await send(rack, `POST ${path}/reset`)
    expect((await read(rack, path)).state).toMatchObject({ 'circuit-breaker-ack-by': 'unknown' })
  })

  test('clearing reads who asked from a DELETE body, before the query and the header', async () => {
    const rack = await startRack()
    await send(rack, `POST ${path}`, { 'monthly-cap-usd': '1' })
    const response = await ask(rack, `DELETE ${path}?ack_by=query`, [formType, 'Ack_by: header'], 'ack_by=body')
    expect(response).toMatchObject({ status: 200, body: 'ok\n' })
    expect(rack.received.at(-1)?.parameters).toEqual({ ack_by: 'body' })
    expect(await read(rack, path)).toEqual({ config: null, state: null })
  })

  test('the response to a call with `ack_by` has the header Deprecation', async () => {
    const rack = await startRack()
    const [named, unnamed] = [
      await send(rack, `POST ${path}/dismiss-recovery`, { ack_by: 'a' }),
      await send(rack, `POST ${path}/dismiss-recovery`),
    ]
    expect(named.headers).toContainEqual(['Deprecation', 'true'])
    expect(unnamed.headers).not.toContainEqual(['Deprecation', 'true'])
    expect(JSON.parse(named.body)).toEqual({ app: 'myapp', status: 'no-banner' })
  })

  test('a simulated shutdown lists the running services and stops none', async () => {
    const rack = await startRack()
    const simulated = JSON.parse((await send(rack, `POST ${path}/simulate-shutdown`)).body)
    expect(simulated).toMatchObject({ 'would-shut-down-services': ['web', 'worker'], 'would-shut-down-count': 2 })
    expect(await read(rack, '/apps/myapp/processes')).toHaveLength(3)
    expect(await read(rack, `${path}/shutdown-state`)).toBeNull()
  })

  test('the cost of an app is the sum of its services', async () => {
    const cost = await read(await startRack({ clock: manualClock() }), '/apps/myapp/cost')
    const sum = cost.breakdown.reduce((total: number, line: { 'spend-usd': number }) => total + line['spend-usd'], 0)
    expect(cost.breakdown.map(({ service }: { service: string }) => service)).toEqual(['command', 'web', 'worker'])
    expect(cost['spend-usd']).toBe(sum)
    expect(cost['spend-usd']).toBeGreaterThan(0)
  })

  test.each([
    'GET /budget',
    'POST /budget',
    'DELETE /budget',
    'POST /budget/reset',
    'GET /budget/shutdown-state',
    'POST /budget/simulate-shutdown',
    'POST /budget/dismiss-recovery',
    'GET /cost',
  ])('%s of an unknown app is not found', async (call) => {
    const [method, rest] = call.split(' ')
    const response = await send(await startRack(), `${method} /apps/nosuch${rest}`, { 'monthly-cap-usd': '1' })
    expect(response).toMatchObject({ status: 404, body: 'app not found: nosuch\n' })
  })
})
