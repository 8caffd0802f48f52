import { sharedFixture } from '@rack-gateway/database/testing'
import { beforeEach, expect, test } from 'vitest'
import { hour, minute, type Person, ruleOf, startOfTest, startRequests } from './testing/start-requests.ts'

const shared = sharedFixture(startRequests)
let count = 0
let people: { readonly ann: Person; readonly bob: Person; readonly carol: Person }

beforeEach(async () => {
  const { user, clock, record } = shared()
  count++
  const [ann, bob, carol] = await Promise.all(
    ['ann', 'bob', 'carol'].map((name) => user(`${name}-${count}@example.com`)),
  )
  if (!ann || !bob || !carol) throw new Error('A user is missing.')
  people = { ann, bob, carol }
  clock.time = startOfTest
  record.mockClear()
})

test('a new request is pending, and its event has what was asked for', async () => {
  const { ask, lists, events } = shared()
  const { ann } = people
  const id = await ask(ann, { apps: ['web', 'api'], startsAt: startOfTest + 2 * hour })
  expect(await lists.one(id)).toMatchObject({
    id,
    userId: ann.id,
    email: ann.email,
    state: 'pending',
    racks: ['production'],
    seconds: 3_600,
    startsAt: new Date(startOfTest + 2 * hour),
    answerBy: new Date(startOfTest + hour),
    decidedAt: null,
    grantFrom: null,
  })
  expect(events()).toEqual([
    {
      kind: 'access-request.created',
      principal: { kind: 'user', id: ann.id, name: ann.email },
      detail: {
        accessRequest: id,
        user: ann.id,
        email: ann.email,
        rule: 'production-deploy',
        role: 'deployer',
        racks: 'production',
        apps: 'web, api',
        seconds: '3600',
        reason: 'OPS-1',
        starts: new Date(startOfTest + 2 * hour).toISOString(),
        answerBy: new Date(startOfTest + hour).toISOString(),
      },
    },
  ])
})

test('an approval starts the grant in the same transaction, with an event for each transition', async () => {
  const { ask, approve, lists, record, clock } = shared()
  const { ann, bob } = people
  const id = await ask(ann)
  clock.time += minute
  await approve(bob, id, {}, { note: 'for the release' })
  expect(await lists.one(id)).toMatchObject({
    state: 'active',
    decidedAt: new Date(clock.time),
    startedAt: new Date(clock.time),
    grantedRacks: ['production'],
    grantFrom: new Date(clock.time),
    grantUntil: new Date(clock.time + hour),
    endedAt: null,
  })
  expect(record.mock.lastCall?.[0]).toMatchObject([
    {
      kind: 'access-request.approved',
      principal: { id: bob.id },
      detail: { because: 'group:leads', note: 'for the release', until: new Date(clock.time + hour).toISOString() },
    },
    { kind: 'access-request.started', principal: { kind: 'system' } },
  ])
})

test('a rule that approves automatically gives the grant at once, and is named as who decided', async () => {
  const { ask, lists, record } = shared()
  const id = await ask(people.ann, {}, ruleOf({ reviews: 0, reviewers: [] }))
  expect(await lists.one(id)).toMatchObject({ state: 'active', grantUntil: new Date(startOfTest + hour) })
  expect(record.mock.lastCall?.[0]).toMatchObject([
    { kind: 'access-request.created', principal: { id: people.ann.id } },
    { kind: 'access-request.approved', principal: { kind: 'system' }, detail: { approvedBy: 'rule' } },
    { kind: 'access-request.started' },
  ])
})

test('a requested start is kept: approved until then, active from then on, over at the requested end', async () => {
  const { ask, approve, lists, clock } = shared()
  const { ann, bob } = people
  const start = startOfTest + 10 * minute
  const id = await ask(ann, { startsAt: start })
  await approve(bob, id)
  const states = []
  for (const time of [startOfTest, start - 1, start, start + hour - 1, start + hour]) {
    clock.time = time
    states.push((await lists.one(id)).state)
  }
  expect(states).toEqual(['approved', 'approved', 'active', 'active', 'ended'])
})

test('an approval after the requested start grants only the rest of the requested time', async () => {
  const { ask, approve, lists, clock } = shared()
  const { ann, bob } = people
  const start = startOfTest + 10 * minute
  const id = await ask(ann, { startsAt: start })
  clock.time = start + 15 * minute
  await approve(bob, id)
  expect(await lists.one(id)).toMatchObject({
    state: 'active',
    grantedSeconds: 45 * 60,
    grantUntil: new Date(start + hour),
  })
})

test('a start in the past counts as none, and one more than 7 days ahead is an error', async () => {
  const { ask, approve, lists, clock } = shared()
  const { ann, bob } = people
  expect(await lists.one(await ask(ann, { startsAt: startOfTest }))).toMatchObject({ startsAt: null })
  const week = 7 * 24 * hour
  await expect(ask(ann, { startsAt: startOfTest + week + 1 })).rejects.toMatchObject({ code: 'RGW_START_TOO_LATE' })
  const id = await ask(ann, { startsAt: startOfTest + week })
  const tooLate = approve(bob, id, { startsAt: startOfTest + week + 1 })
  await expect(tooLate).rejects.toMatchObject({ code: 'RGW_START_TOO_LATE', statusCode: 400 })
  clock.time += minute
  await approve(bob, id, { startsAt: startOfTest + week + minute })
})

test('a reviewer can grant less, never more', async () => {
  const { ask, approve, lists } = shared()
  const { ann, bob } = people
  const id = await ask(ann, { racks: ['production*'], apps: ['web', 'api'] })
  for (const more of [{ racks: ['*'] }, { apps: ['*'] }, { apps: ['web', 'worker'] }, { seconds: 3_601 }])
    await expect(approve(bob, id, more)).rejects.toMatchObject({ code: 'RGW_APPROVAL_TOO_WIDE', statusCode: 400 })
  expect(await lists.one(id)).toMatchObject({ state: 'pending' })
  await approve(bob, id, { racks: ['production-eu'], apps: ['web'], seconds: 600, startsAt: startOfTest + minute })
  expect(await lists.one(id)).toMatchObject({
    state: 'approved',
    grantedRacks: ['production-eu'],
    grantedApps: ['web'],
    grantedSeconds: 600,
    grantFrom: new Date(startOfTest + minute),
    grantUntil: new Date(startOfTest + 11 * minute),
  })
})

test('a rule that became stricter since the request gives less', async () => {
  const { ask, approve, lists } = shared()
  const { ann, bob } = people
  const id = await ask(ann, { racks: ['production*'] })
  await approve(bob, id, {}, { rule: ruleOf({ racks: ['production-eu'], longest: 10 * minute }) })
  expect(await lists.one(id)).toMatchObject({ grantedRacks: ['production-eu'], grantedSeconds: 600 })
})

test('a rule that is for another role now cannot be approved by, only denied by', async () => {
  const { ask, approve, deny, lists } = shared()
  const { ann, bob } = people
  const id = await ask(ann)
  for (const rule of [ruleOf({ role: 'admin' }), ruleOf({ id: 'other' })])
    await expect(approve(bob, id, {}, { rule })).rejects.toMatchObject({ code: 'RGW_REQUEST_RULE_CHANGED' })
  await deny(bob, id, { rule: ruleOf({ role: 'admin' }) })
  expect(await lists.one(id)).toMatchObject({ state: 'denied' })
})

test('one denial denies, even after an approval', async () => {
  const { ask, approve, deny, lists, events } = shared()
  const { ann, bob, carol } = people
  const rule = ruleOf({ reviews: 2 })
  const id = await ask(ann, {}, rule)
  await approve(bob, id, {}, { rule })
  expect(await lists.one(id)).toMatchObject({ state: 'pending' })
  await deny(carol, id, { rule, note: 'not today' })
  const denied = { state: 'denied', endedBy: carol.id, endedByName: carol.email, endNote: 'not today', grantFrom: null }
  expect(await lists.one(id)).toMatchObject(denied)
  expect(events().map(({ kind }) => kind)).toEqual([
    'access-request.created',
    'access-request.reviewed',
    'access-request.denied',
  ])
})

test('two reviews give what both allow, and each must be by another person', async () => {
  const { ask, approve, lists, clock } = shared()
  const { ann, bob, carol } = people
  const rule = ruleOf({ reviews: 2 })
  const id = await ask(ann, { apps: ['web', 'api', 'worker'] }, rule)
  await approve(bob, id, { apps: ['web', 'api'], seconds: 1_800 }, { rule })
  await expect(approve(bob, id, {}, { rule })).rejects.toMatchObject({ code: 'RGW_ALREADY_REVIEWED' })
  const nothing = approve(carol, id, { apps: ['worker'] }, { rule })
  await expect(nothing).rejects.toMatchObject({ code: 'RGW_NOTHING_GRANTED', statusCode: 409 })
  clock.time++
  await approve(carol, id, { apps: ['api', 'worker'], seconds: 2_400 }, { rule })
  expect(await lists.one(id)).toMatchObject({ state: 'active', grantedApps: ['api'], grantedSeconds: 1_800 })
  expect((await lists.reviews([id])).get(id)).toMatchObject([
    { reviewer: { id: bob.id, email: bob.email }, approved: true, apps: ['web', 'api'], seconds: 1_800 },
    { reviewer: { id: carol.id }, approved: true, apps: ['api', 'worker'] },
  ])
})

test('a review that can only give nothing with the earlier ones is an error at once, though more are needed', async () => {
  const { ask, approve, lists } = shared()
  const { ann, bob, carol } = people
  const rule = ruleOf({ reviews: 3 })
  const id = await ask(ann, { apps: ['web', 'api'] }, rule)
  await approve(bob, id, { apps: ['web'] }, { rule })
  const nothing = approve(carol, id, { apps: ['api'] }, { rule })
  await expect(nothing).rejects.toMatchObject({ code: 'RGW_NOTHING_GRANTED' })
  expect((await lists.reviews([id])).get(id)).toHaveLength(1)
})

test('the review of someone who can no longer review does not count', async () => {
  const { ask, approve, lists, user } = shared()
  const { ann, bob, carol } = people
  const rule = ruleOf({ reviews: 2 })
  const id = await ask(ann, { apps: ['web', 'api'] }, rule)
  await approve(bob, id, { apps: ['web'] }, { rule })
  const isStillReviewer = (reviewer: string) => reviewer !== bob.id
  await approve(carol, id, {}, { rule, isStillReviewer })
  expect(await lists.one(id)).toMatchObject({ state: 'pending' })
  await approve(await user(`dave-${count}@example.com`), id, {}, { rule, isStillReviewer })
  expect(await lists.one(id)).toMatchObject({ state: 'active', grantedApps: ['web', 'api'] })
})

test('nobody reviews their own request, not even with another account of the same address or subject', async () => {
  const { ask, approve, deny, admin, lists } = shared()
  const { ann, bob } = people
  const id = await ask(ann)
  const [sameEmail, sameSubject] = await admin<Person[]>`
    insert into gateway.users (id, issuer, subject, email) values
      (gen_random_uuid(), 'https://id.example.com', ${`1-${count}`}, ${ann.email.toUpperCase()}),
      (gen_random_uuid(), 'https://id.example.com', ${ann.email}, ${`other-${count}@example.com`})
    returning id, email`
  for (const person of [ann, sameEmail, sameSubject]) {
    if (person === undefined) throw new Error('A user is missing.')
    await expect(approve(person, id)).rejects.toMatchObject({ code: 'RGW_OWN_REQUEST', statusCode: 403 })
    await expect(deny(person, id)).rejects.toMatchObject({ code: 'RGW_OWN_REQUEST' })
  }
  expect(await lists.one(id)).toMatchObject({ state: 'pending' })
  const rule = ruleOf({ reviews: 2 })
  await approve(bob, id, {}, { rule })
  const [otherBob] = await admin<Person[]>`
    insert into gateway.users (id, issuer, subject, email)
    values (gen_random_uuid(), 'https://id.example.com', ${`2-${count}`}, ${bob.email}) returning id, email`
  if (otherBob === undefined) throw new Error('A user is missing.')
  await expect(approve(otherBob, id, {}, { rule })).rejects.toMatchObject({ code: 'RGW_ALREADY_REVIEWED' })
})

test('a decision about what is decided or over says what it became, when, and by whom', async () => {
  const { ask, approve, deny, cancel, revoke, clock } = shared()
  const { ann, bob, carol } = people
  const time = new Date(clock.time).toISOString()
  const over = (outcome: string) => ({
    code: 'RGW_REQUEST_OVER',
    statusCode: 409,
    message: expect.stringContaining(outcome),
  })
  const decided = (outcome: string) => ({ ...over(outcome), code: 'RGW_REQUEST_DECIDED' })

  const approved = await ask(ann)
  await approve(bob, approved)
  for (const late of [() => approve(carol, approved), () => deny(carol, approved), () => cancel(ann, approved)])
    await expect(late()).rejects.toMatchObject(decided(`was approved at ${time} by ${bob.email}.`))

  const denied = await ask(ann)
  await deny(bob, denied)
  for (const late of [() => approve(carol, denied), () => cancel(ann, denied), () => revoke(ann, denied)])
    await expect(late()).rejects.toMatchObject(over(`was denied at ${time} by ${bob.email}.`))

  const canceled = await ask(ann)
  await cancel(ann, canceled)
  await expect(approve(bob, canceled)).rejects.toMatchObject(over(`was canceled at ${time} by ${ann.email}.`))

  await revoke(carol, approved, 'enough')
  await expect(revoke(ann, approved)).rejects.toMatchObject(over(`was revoked at ${time} by ${carol.email}.`))

  const lapsed = await ask(ann)
  clock.time += hour
  const lapse = `lapsed at ${new Date(clock.time).toISOString()}, because it was not reviewed in time.`
  await expect(approve(bob, lapsed)).rejects.toMatchObject(over(lapse))

  const automatic = await ask(ann, {}, ruleOf({ reviews: 0 }))
  await expect(deny(bob, automatic)).rejects.toMatchObject(decided('by the rule production-deploy.'))
  clock.time += hour
  const end = `was approved, and its grant ended at ${new Date(clock.time).toISOString()}.`
  await expect(revoke(bob, automatic)).rejects.toMatchObject(over(end))
})

test('only who asked cancels, and only before the decision', async () => {
  const { ask, cancel, lists, events } = shared()
  const { ann, bob } = people
  const id = await ask(ann)
  await expect(cancel(bob, id)).rejects.toMatchObject({ code: 'RGW_NOT_REQUESTER' })
  await cancel(ann, id)
  expect(await lists.one(id)).toMatchObject({ state: 'canceled', endedBy: ann.id, endedByName: ann.email })
  expect(events().at(-1)).toMatchObject({ kind: 'access-request.canceled', principal: { id: ann.id } })
})

test('a grant is revoked before its start, or while it is active, and a pending request is not', async () => {
  const { ask, approve, revoke, lists, events } = shared()
  const { ann, bob } = people
  const id = await ask(ann, { startsAt: startOfTest + minute })
  await expect(revoke(bob, id)).rejects.toMatchObject({ code: 'RGW_REQUEST_PENDING' })
  await approve(bob, id)
  await revoke(ann, id)
  expect(await lists.one(id)).toMatchObject({ state: 'revoked', startedAt: null, endNote: null })
  const active = await ask(ann)
  await approve(bob, active)
  await revoke(bob, active, 'finished')
  expect(await lists.one(active)).toMatchObject({ state: 'revoked', endedBy: bob.id, endNote: 'finished' })
  expect(events().at(-1)).toMatchObject({ kind: 'access-request.revoked', detail: { note: 'finished' } })
})

test('a revocation after the start stores the start first, though no sweep did', async () => {
  const { ask, approve, revoke, clock, record } = shared()
  const { ann, bob } = people
  const id = await ask(ann, { startsAt: startOfTest + minute })
  await approve(bob, id)
  clock.time += 2 * minute
  await revoke(ann, id)
  expect(record.mock.lastCall?.[0].map(({ kind }) => kind)).toEqual([
    'access-request.started',
    'access-request.revoked',
  ])
})

const onUse = ruleOf({ workStarts: 'firstUse' })

test('the first use starts the work, and the working time runs from then on', async () => {
  const { ask, approve, use, lists, clock, events } = shared()
  const { ann, bob } = people
  const id = await ask(ann, { seconds: 600 }, onUse)
  await approve(bob, id, {}, { rule: onUse })
  expect(await lists.one(id)).toMatchObject({ state: 'approved', grantUntil: new Date(clock.time + 4 * hour) })
  clock.time += 4 * hour - 1
  const until = clock.time + 10 * minute
  expect(await use(ann, id)).toEqual({ until })
  expect(await lists.one(id)).toMatchObject({
    state: 'active',
    startedAt: new Date(clock.time),
    grantFrom: new Date(clock.time),
    grantUntil: new Date(until),
  })
  expect(events().at(-1)).toMatchObject({ kind: 'access-request.started', principal: { id: ann.id } })
  clock.time += minute
  expect(await use(ann, id)).toEqual({ until })
  clock.time = until
  await expect(use(ann, id)).rejects.toMatchObject({ code: 'RGW_REQUEST_OVER' })
})

test('a grant that is not used in time lapses', async () => {
  const { ask, approve, use, lists, clock } = shared()
  const { ann, bob } = people
  const id = await ask(ann, {}, onUse)
  await approve(bob, id, {}, { rule: onUse })
  clock.time += 4 * hour
  const lapse = expect.stringContaining('because its grant was not used in time')
  await expect(use(ann, id)).rejects.toMatchObject({ code: 'RGW_REQUEST_OVER', message: lapse })
  expect(await lists.one(id)).toMatchObject({ state: 'lapsed', endedAt: new Date(clock.time) })
})

test('a grant is used only by its user, and not before its start or its approval', async () => {
  const { ask, approve, use, clock } = shared()
  const { ann, bob } = people
  const id = await ask(ann, { startsAt: startOfTest + minute }, onUse)
  await expect(use(ann, id)).rejects.toMatchObject({ code: 'RGW_REQUEST_PENDING' })
  await approve(bob, id, {}, { rule: onUse })
  await expect(use(ann, id)).rejects.toMatchObject({ code: 'RGW_GRANT_NOT_STARTED' })
  const scheduled = await ask(ann, { startsAt: startOfTest + minute })
  await approve(bob, scheduled)
  await expect(use(ann, scheduled)).rejects.toMatchObject({ code: 'RGW_GRANT_NOT_STARTED' })
  clock.time += minute
  await expect(use(bob, id)).rejects.toMatchObject({ statusCode: 404 })
  await use(ann, id)
  await use(ann, scheduled)
})

test('a user has at most ten requests that are not over', async () => {
  const { ask, cancel, clock } = shared()
  const { ann, bob } = people
  const ids = []
  for (let made = 0; made < 10; made++) ids.push(await ask(ann))
  await expect(ask(ann)).rejects.toMatchObject({ code: 'RGW_TOO_MANY_OPEN_REQUESTS', statusCode: 409 })
  await ask(bob)
  await cancel(ann, ids[0] ?? '')
  await ask(ann)
  await expect(ask(ann)).rejects.toMatchObject({ code: 'RGW_TOO_MANY_OPEN_REQUESTS' })
  clock.time += hour
  await ask(ann)
})

test('a request extends only a grant of the same user and role that is not over', async () => {
  const { ask, approve, lists, clock } = shared()
  const { ann, bob } = people
  const pending = await ask(ann)
  const cannot = (why: string) => ({ code: 'RGW_CANNOT_EXTEND', message: expect.stringContaining(why) })
  await expect(ask(ann, { extends: pending })).rejects.toMatchObject(cannot('is not approved yet'))
  await approve(bob, pending)
  await expect(ask(bob, { extends: pending })).rejects.toMatchObject({ statusCode: 404 })
  await expect(ask(ann, { extends: pending, role: 'ops' })).rejects.toMatchObject(cannot('the role deployer'))
  const unknown = ask(ann, { extends: '00000000-0000-4000-8000-000000000000' })
  await expect(unknown).rejects.toMatchObject({ statusCode: 404 })
  expect(await lists.one(await ask(ann, { extends: pending }))).toMatchObject({ extends: pending, state: 'pending' })
  clock.time += hour
  await expect(ask(ann, { extends: pending })).rejects.toMatchObject(cannot('its grant ended at'))
})

test('if the event cannot be recorded, nothing changes', async () => {
  const { ask, approve, record, lists } = shared()
  const { ann, bob } = people
  const id = await ask(ann)
  record.mockRejectedValueOnce(new Error('no audit log'))
  await expect(approve(bob, id)).rejects.toThrow('no audit log')
  expect(await lists.one(id)).toMatchObject({ state: 'pending' })
  expect((await lists.reviews([id])).get(id)).toEqual([])
})

test('an ID that is not a UUID, or unknown, is not found', async () => {
  const { approve, cancel, lists } = shared()
  for (const id of ['1', '00000000-0000-4000-8000-000000000000']) {
    await expect(lists.one(id)).rejects.toMatchObject({ statusCode: 404 })
    await expect(approve(people.bob, id)).rejects.toMatchObject({ statusCode: 404 })
    await expect(cancel(people.ann, id)).rejects.toMatchObject({ statusCode: 404 })
  }
})
