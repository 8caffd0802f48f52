import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { manualClock } from './determinism/clock.ts'
import { readTime } from './state/times.ts'
import { ask, read, startRack } from './testing/client.ts'

const places = ['/apps/myapp/metrics', '/system/metrics', '/apps/myapp/services/web/metrics']

describe('metrics', () => {
  test.each(places)('%s are the last hour by five minutes', async (path) => {
    const metrics = await read(await startRack({ clock: manualClock(Date.UTC(2026, 10, 24, 12)) }), path)
    expect(metrics.map(({ name }: { name: string }) => name)).toEqual(['cpu-utilization', 'memory-utilization'])
    const [{ values }] = metrics
    expect(values).toHaveLength(12)
    expect(values[0]).toEqual({
      ...{ avg: expect.any(Number), count: 1, max: expect.any(Number), min: expect.any(Number) },
      ...{ sum: expect.any(Number), time: '2026-11-24T11:00:00Z' },
    })
  })

  test('start, end, period and names are as asked, in either form of a time', async () => {
    const query = 'start=20261124.100000.000000000&end=2026-11-24T10:10:00Z&period=60&metrics=a,b,c'
    const metrics = await read(await startRack(), `/apps/myapp/metrics?${query}`)
    expect(metrics.map(({ name }: { name: string }) => name)).toEqual(['a', 'b', 'c'])
    expect(metrics[2].values.map(({ time }: { time: string }) => time)).toEqual(
      Array.from({ length: 10 }, (_, minute) => `2026-11-24T10:0${minute}:00Z`),
    )
  })

  test('metrics by service have a row for each requested service', async () => {
    const rack = await startRack()
    const rows = await read(rack, '/apps/myapp/metrics-by-service?services=worker,web&metrics=gpu')
    expect(rows.map(({ name }: { name: string }) => name)).toEqual(['worker', 'web'])
    expect(rows[0].metrics[0].name).toBe('gpu')
    expect(await read(rack, '/apps/myapp/metrics-by-service')).toEqual([])
  })

  test.each(['period=0', 'period=-5', 'period=x', 'period=1&start=2020-01-01T00:00:00Z', 'start=yesterday', 'end=1'])(
    '%s is rejected',
    async (query) => {
      expect((await ask(await startRack(), `GET /system/metrics?${query}`)).status).toBe(400)
    },
  )

  test('a missing app or service has no metrics', async () => {
    const rack = await startRack()
    expect((await ask(rack, 'GET /apps/nosuch/metrics')).body).toBe('app not found: nosuch\n')
    expect((await ask(rack, 'GET /apps/myapp/services/nosuch/metrics')).body).toBe('service not found: nosuch\n')
    expect((await ask(rack, 'GET /apps/nosuch/metrics-by-service')).body).toBe('app not found: nosuch\n')
  })

  test('any time in the form of the CLI is read', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('2099-01-01'), noInvalidDate: true }), (date) => {
        const iso = date.toISOString()
        const compact = iso.replace(/[-:Z]/g, '').replace('T', '.')
        expect(readTime(`${compact}000000`)).toBe(date.getTime())
        expect(readTime(iso)).toBe(date.getTime())
      }),
    )
  })
})

describe('diagnose', () => {
  test('shows services, pods and their lines', async () => {
    const rack = await startRack({ clock: manualClock() })
    const report = await read(rack, '/apps/myapp/diagnose')
    expect(report).toMatchObject({ namespace: 'rack1-myapp', rack: 'rack1', app: 'myapp' })
    expect(report.overview.services).toHaveLength(3)
    expect(report.summary).toEqual({ total: 3, unhealthy: 0, notReady: 0, new: 0, healthy: 3 })
    expect(report.pods[0].logs).toContain('Booting myapp')
  })

  test.each([
    ['services=worker', 1, 1],
    ['services=nosuch', 0, 0],
    ['services=web,worker', 3, 2],
  ])('%s leaves %i pods and %i services', async (query, pods, services) => {
    const report = await read(await startRack(), `/apps/myapp/diagnose?${query}`)
    expect([report.pods.length, report.overview.services.length]).toEqual([pods, services])
  })

  test('checks, lines and events are as asked', async () => {
    const rack = await startRack()
    expect(await read(rack, '/apps/myapp/diagnose?checks=services')).not.toHaveProperty('overview')
    expect(await read(rack, '/apps/myapp/diagnose?checks=overview')).not.toHaveProperty('pods')
    expect((await read(rack, '/apps/myapp/diagnose?lines=0')).pods[0].logs).toBe('')
    expect((await read(rack, '/apps/myapp/diagnose?events=false')).overview).not.toHaveProperty('events')
    expect((await ask(rack, 'GET /apps/myapp/diagnose?lines=x')).status).toBe(400)
  })
})
