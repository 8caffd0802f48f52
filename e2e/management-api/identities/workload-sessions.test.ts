import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type System, startSystem } from '../../support/gateway/system.ts'
import { createUser, someId } from '../callers.ts'
import { type Pipelines, startPipelines } from '../pipelines.ts'

let system: System
let pipelines: Pipelines
let admin: Awaited<ReturnType<typeof createUser>>
beforeAll(async () => {
  system = await startSystem({ publicUrl: 'own' })
  pipelines = await startPipelines(system)
  admin = await createUser(system, 'admin')
})
afterAll(async () => {
  await pipelines.stop()
  await system.stop()
})

const status = async (url: string, token: string) =>
  (await fetch(`${url}/apps?`, { headers: { Authorization: `Bearer ${token}` } })).status

test('the sessions of jobs are listed, all or those of one trust', async () => {
  const [one, other] = [await pipelines.job('ci'), await pipelines.job('viewer')]
  expect((await call(system, admin.token, 'GET', '/workload-sessions')).texts('id')).toEqual([other.id, one.id])
  const ofOne = await call(system, admin.token, 'GET', `/workload-sessions?trust=${one.trust}`)
  expect(ofOne.json).toEqual({
    items: [
      {
        id: one.id,
        trust: { id: one.trust, name: expect.stringMatching(/^pipeline/) },
        name: 'acme/app run 9001',
        subject: 'repo:acme/app:ref:refs/heads/main',
        job: expect.objectContaining({ repository: 'acme/app', run: '9001' }),
        createdAt: expect.stringMatching(/Z$/),
        expiresAt: expect.stringMatching(/Z$/),
        endedAt: null,
        endedReason: null,
      },
    ],
    next: null,
  })
  expect(ofOne.body).not.toContain(one.token)
  expect((await call(system, admin.token, 'GET', '/workload-sessions?trust=x')).status).toBe(404)
})

test('one that an admin ends is refused on every replica, and its live stream ends', async () => {
  const job = await pipelines.job('ci')
  const replica = await system.replica()
  const logs = await openWebSocket(`${replica.url}/apps/myapp/logs`, job.token, {})
  expect([logs.status, await status(system.url, job.token)]).toEqual([101, 200])
  const ended = await call(system, admin.token, 'DELETE', `/workload-sessions/${job.id}`)
  expect(ended.json).toMatchObject({ id: job.id, endedReason: `ended by ${admin.email}`, endedAt: expect.any(String) })
  for (const url of [system.url, replica.url])
    await expect.poll(() => status(url, job.token), { interval: 20 }).toBe(401)
  expect((await logs.readToEnd()).join('')).toMatch(/ERROR: .*session of this job ended/)
  await logs.closed()
  const late = await system.get('/apps?', job.token)
  expect([late.error, late.json]).toEqual([
    expect.stringContaining('session of this job ended on'),
    expect.objectContaining({ rule: 'ended-session' }),
  ])
  expect(await system.events()).toContainEqual(
    expect.objectContaining({
      kind: 'workload.ended',
      request: expect.any(String),
      principal: expect.objectContaining({ id: admin.id, credential: admin.session }),
      detail: expect.objectContaining({ session: job.id, trust: job.trust }),
    }),
  )
  await replica.stop()
})

test('a job revokes its own session, and no other one, even with all permissions on racks', async () => {
  const [job, another] = [await pipelines.job('deployer'), await pipelines.job('deployer')]
  const [others, nobodys] = [
    await call(system, job.token, 'DELETE', `/workload-sessions/${another.id}`),
    await call(system, job.token, 'DELETE', `/workload-sessions/${someId()}`),
  ]
  expect([others.status, others.error]).toEqual([404, nobodys.error])
  const own = await call(system, job.token, 'DELETE', `/workload-sessions/${job.id}`)
  expect(own.json).toMatchObject({ endedReason: 'ended by the job itself' })
  await expect.poll(() => status(system.url, job.token)).toBe(401)
  expect(await status(system.url, another.token)).toBe(200)
})

test('a session that has ended stays as it was ended', async () => {
  const job = await pipelines.job('ci')
  const first = await call(system, admin.token, 'DELETE', `/workload-sessions/${job.id}`)
  const again = await call(system, (await createUser(system, 'admin')).token, 'DELETE', `/workload-sessions/${job.id}`)
  expect(again.json).toEqual(first.json)
})
