import { expect, onTestFinished, test, vi } from 'vitest'
import { hour, minute, ruleOf, startRequests } from './testing/start-requests.ts'

test('a sweep stores what the clock has changed, at the times of the clock, and only once', async () => {
  const requests = await startRequests(onTestFinished)
  const { user, ask, approve, createSweep, lists, clock, eventKinds, admin } = requests
  const [ann, bob] = [await user('ann@example.com'), await user('bob@example.com')]
  const onUse = ruleOf({ workStarts: 'firstUse', longest: hour })
  const pending = await ask(ann)
  const scheduled = await ask(ann, { startsAt: clock.time + 10 * minute, seconds: 600 })
  const unused = await ask(ann, {}, onUse)
  const active = await ask(ann, { seconds: 600 })
  for (const id of [scheduled, active]) await approve(bob, id)
  await approve(bob, unused, {}, { rule: onUse })
  const { sweep } = createSweep()
  const start = clock.time
  const storedStates = async () => {
    const rows = await admin`select id, state from gateway.access_requests`
    const states = new Map(rows.map(({ id, state }) => [id, state]))
    return [pending, scheduled, unused, active].map((id) => states.get(id))
  }
  const sweptAt = async (time: number) => {
    clock.time = time
    await sweep()
    return storedStates()
  }
  expect(await sweptAt(start + 10 * minute - 1)).toEqual(['pending', 'approved', 'approved', 'active'])
  expect(await sweptAt(start + 10 * minute)).toEqual(['pending', 'active', 'approved', 'ended'])
  expect(await sweptAt(start + 30 * minute)).toEqual(['pending', 'ended', 'approved', 'ended'])
  expect(await sweptAt(start + hour)).toEqual(['lapsed', 'ended', 'lapsed', 'ended'])
  expect(await lists.one(scheduled)).toMatchObject({
    startedAt: new Date(start + 10 * minute),
    endedAt: new Date(start + 20 * minute),
    endedBy: null,
  })
  await sweep()
  expect(eventKinds(scheduled)).toEqual(['created', 'approved', 'started', 'ended'])
  expect(eventKinds(unused)).toEqual(['created', 'approved', 'lapsed'])
  expect(eventKinds(pending)).toEqual(['created', 'lapsed'])
})

test('a grant whose whole time passed without a sweep is started and ended by the next one', async () => {
  const { user, ask, approve, createSweep, clock, eventKinds } = await startRequests(onTestFinished)
  const id = await ask(await user('ann@example.com'), { startsAt: clock.time + minute })
  await approve(await user('bob@example.com'), id)
  clock.time += 8 * hour
  await createSweep().sweep()
  expect(eventKinds(id)).toEqual(['created', 'approved', 'started', 'ended'])
})

test('a transition whose event cannot be recorded is reported, and the next sweep stores it', async () => {
  const { user, ask, createSweep, clock, record, eventKinds, admin } = await startRequests(onTestFinished)
  const ann = await user('ann@example.com')
  const ids = [await ask(ann), await ask(ann)]
  const onError = vi.fn()
  const { sweep } = createSweep(onError)
  clock.time += hour
  record.mockRejectedValueOnce(new Error('no audit log'))
  await sweep()
  expect(onError).toHaveBeenCalledOnce()
  const [{ lapsed } = {}] = await admin`
    select count(*)::int as lapsed from gateway.access_requests where state = 'lapsed'`
  expect(lapsed).toBe(1)
  await sweep()
  for (const id of ids) expect(eventKinds(id).at(-1)).toBe('lapsed')
  expect(onError).toHaveBeenCalledOnce()
})

test('a stopped sweep does nothing', async () => {
  const { user, ask, createSweep, clock, eventKinds } = await startRequests(onTestFinished)
  const id = await ask(await user('ann@example.com'))
  clock.time += hour
  const { sweep, stop } = createSweep()
  await stop()
  await sweep()
  expect(eventKinds(id)).toEqual(['created'])
})
