import { expect, onTestFinished, test } from 'vitest'
import { hour, minute, type Person, ruleOf, startRequests } from './testing/start-requests.ts'

test('pages are newest first, and have the state that the clock says, also as a filter', async () => {
  const { user, ask, approve, lists, clock } = await startRequests(onTestFinished)
  const [ann, bob] = [await user('ann@example.com'), await user('bob@example.com')]
  const onUse = ruleOf({ id: 'on-use', workStarts: 'firstUse', longest: hour })
  const made: string[] = []
  const add = async (person: Person, ...terms: [Parameters<typeof ask>[1]?, Parameters<typeof ask>[2]?]) => {
    clock.time++
    made.push(await ask(person, ...terms))
    return made.at(-1) ?? ''
  }
  await add(ann)
  await approve(bob, await add(ann, { startsAt: clock.time + 2 * hour }))
  await approve(bob, await add(ann, {}, onUse), {}, { rule: onUse })
  await approve(bob, await add(ann, { seconds: 600 }))
  await add(bob)
  const states = async () => {
    const { items } = await lists.page({ limit: 10 })
    expect(items.map(({ id }) => id)).toEqual(made.toReversed())
    for (const item of items) {
      const { items: same } = await lists.page({ limit: 10 }, { state: item.state })
      expect(same.map(({ id }) => id)).toContain(item.id)
      expect(new Set(same.map(({ state }) => state))).toEqual(new Set([item.state]))
    }
    return items.map(({ state }) => state).reverse()
  }
  expect(await states()).toEqual(['pending', 'approved', 'approved', 'active', 'pending'])
  clock.time += 30 * minute
  expect(await states()).toEqual(['pending', 'approved', 'approved', 'ended', 'pending'])
  expect(await lists.due(clock.time)).toEqual([made[3]])
  clock.time += hour
  expect(await states()).toEqual(['lapsed', 'approved', 'lapsed', 'ended', 'lapsed'])
  clock.time += hour
  expect(await states()).toEqual(['lapsed', 'active', 'lapsed', 'ended', 'lapsed'])
  expect((await lists.due(clock.time)).toSorted()).toEqual(made.toSorted())

  const idsOf = async (filter: Parameters<typeof lists.page>[1]) =>
    (await lists.page({ limit: 10 }, filter)).items.map(({ id }) => made.indexOf(id))
  expect(await idsOf({ user: bob.id })).toEqual([4])
  expect(await idsOf({ exceptUser: ann.id })).toEqual([4])
  expect(await idsOf({ rules: ['on-use'] })).toEqual([2])
  const { items, next } = await lists.page({ limit: 2 })
  expect(items).toHaveLength(2)
  expect((await lists.page({ limit: 10, cursor: next ?? '' })).items).toHaveLength(3)
})

test('candidates are the users of the groups, addresses, and roles of the reviewers, with their bindings', async () => {
  const { user, addBinding, lists, admin } = await startRequests(onTestFinished)
  const names = ['group', 'address', 'role', 'group-role', 'other', 'locked']
  const people = new Map<string, Person>()
  for (const name of names) people.set(name, await user(`${name}@example.com`))
  const idOf = (name: string) => people.get(name)?.id ?? ''
  await admin`update gateway.users set groups = array['staff', 'leads'] where id in ${admin([idOf('group'), idOf('locked')])}`
  await admin`update gateway.users set groups = array['admins'] where id = ${idOf('group-role')}`
  await admin`update gateway.users set groups = array['staff'] where id = ${idOf('other')}`
  await admin`update gateway.users set locked_at = now() where id = ${idOf('locked')}`
  await admin`
    insert into gateway.second_factors (id, user_id, kind, name, secret, last_step)
    values (gen_random_uuid(), ${idOf('role')}, 'totp', 'phone', 'sealed', 0)`
  await addBinding({ kind: 'user', id: idOf('role') }, { role: 'admin', racks: 'production' })
  await addBinding({ kind: 'user', id: idOf('role') }, { role: 'viewer' })
  await addBinding({ kind: 'group', id: 'admins' }, { role: 'admin' })
  await addBinding({ kind: 'service-account', id: idOf('other') }, { role: 'admin' })
  const { reviewers } = ruleOf({
    reviewers: [
      { kind: 'group', name: 'leads' },
      { kind: 'user', name: 'Address@example.com' },
      { kind: 'role', name: 'admin' },
    ],
  })
  const candidates = await lists.candidates({ reviewers })
  expect(candidates).toMatchObject([
    { email: 'address@example.com', bindings: [], hasSecondFactor: false, lockedAt: null },
    { email: 'group-role@example.com', bindings: [{ role: 'admin', racks: '*' }], hasSecondFactor: false },
    { email: 'group@example.com', groups: ['staff', 'leads'], bindings: [] },
    { email: 'locked@example.com', lockedAt: expect.any(Date) },
    {
      email: 'role@example.com',
      bindings: [{ role: 'admin', racks: 'production', createdBy: 'test' }],
      hasSecondFactor: true,
    },
  ])
  expect(await lists.candidates({ reviewers }, idOf('role'))).toEqual([candidates.at(-1)])
  expect(await lists.candidates({ reviewers }, idOf('other'))).toEqual([])
  expect(await lists.candidates({ reviewers: [] })).toEqual([])
})
