import type { Database } from '@rack-gateway/database'
import { sharedFixture } from '@rack-gateway/database/testing'
import { expect, test } from 'vitest'
import { hour, type Person, ruleOf, startOfTest, startRequests } from './testing/start-requests.ts'

const shared = sharedFixture(startRequests)
let count = 0

async function newPeople(names: readonly string[]): Promise<Person[]> {
  const { user, clock, record } = shared()
  count++
  const people = []
  for (const name of names) people.push(await user(`${name}-${count}@example.com`))
  clock.time = startOfTest
  record.mockClear()
  return people
}

async function twoReviewers(): Promise<readonly [ann: Person, bob: Person, carol: Person]> {
  const [ann, bob, carol] = await newPeople(['ann', 'bob', 'carol'])
  if (!ann || !bob || !carol) throw new Error('A user is missing.')
  return [ann, bob, carol]
}

/**
 * Starts `second` while the transaction of `first` is open and has made its change, so that `second` waits for it.
 *
 * @returns the error code of each, or `done`
 */
async function race(first: () => Promise<unknown>, second: () => Promise<unknown>): Promise<readonly string[]> {
  const { record, admin } = shared()
  let release = () => {}
  const isHeld = new Promise<void>((changed) => {
    record.mockImplementationOnce(() => {
      changed()
      return new Promise<void>((resolve) => {
        release = resolve
      })
    })
  })
  const firstDone = outcomeOf(first())
  await isHeld
  const secondDone = outcomeOf(second())
  await expect
    .poll(async () => {
      const waiting = await admin`
        select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      return waiting.length
    })
    .toBe(1)
  release()
  return Promise.all([firstDone, secondDone])
}

function outcomeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: { readonly code?: string }) => error.code ?? String(error),
  )
}

test('of two reviewers at once, only the first decides, and the other learns it', async () => {
  const { ask, approve, otherDatabase, eventKinds, lists } = shared()
  const [ann, bob, carol] = await twoReviewers()
  const id = await ask(ann)
  const done = await race(
    () => approve(bob, id, { seconds: 600 }),
    () => approve(carol, id, {}, { process: otherDatabase }),
  )
  expect(done).toEqual(['done', 'RGW_REQUEST_DECIDED'])
  expect(eventKinds(id)).toEqual(['created', 'approved', 'started'])
  expect(await lists.one(id)).toMatchObject({ grantedSeconds: 600 })
  expect((await lists.reviews([id])).get(id)).toHaveLength(1)
})

test('two reviewers at once are two reviews', async () => {
  const { ask, approve, otherDatabase, eventKinds, lists } = shared()
  const [ann, bob, carol] = await twoReviewers()
  const rule = ruleOf({ reviews: 2 })
  const id = await ask(ann, { apps: ['web', 'api'] }, rule)
  const done = await race(
    () => approve(bob, id, { apps: ['web'] }, { rule }),
    () => approve(carol, id, { seconds: 600 }, { rule, process: otherDatabase }),
  )
  expect(done).toEqual(['done', 'done'])
  expect(eventKinds(id)).toEqual(['created', 'reviewed', 'approved', 'started'])
  expect(await lists.one(id)).toMatchObject({ state: 'active', grantedApps: ['web'], grantedSeconds: 600 })
})

test('the same reviewer twice at once is one review', async () => {
  const { ask, approve, otherDatabase, lists } = shared()
  const [ann, bob] = await twoReviewers()
  const rule = ruleOf({ reviews: 2 })
  const id = await ask(ann, {}, rule)
  const done = await race(
    () => approve(bob, id, {}, { rule }),
    () => approve(bob, id, {}, { rule, process: otherDatabase }),
  )
  expect(done).toEqual(['done', 'RGW_ALREADY_REVIEWED'])
  expect(await lists.one(id)).toMatchObject({ state: 'pending' })
})

interface Contender {
  readonly name: string
  /** What it makes of the pending request. */
  readonly state: string
  readonly run: (
    id: string,
    by: { readonly ann: Person; readonly reviewer: Person },
    process: Database,
  ) => Promise<unknown>
}

const decisions: readonly Contender[] = [
  {
    name: 'an approval',
    state: 'active',
    run: (id, { reviewer }, process) => shared().approve(reviewer, id, {}, { process }),
  },
  {
    name: 'a denial',
    state: 'denied',
    run: (id, { reviewer }, process) => shared().deny(reviewer, id, { process }),
  },
  {
    name: 'a cancellation',
    state: 'canceled',
    run: (id, { ann }, process) => shared().cancel(ann, id, process),
  },
]
const pairs = decisions.flatMap((first) => decisions.map((second) => [first, second] as const))

test.each(pairs.map(([first, second]) => [first.name, second.name, first, second] as const))(
  '%s, and %s at once: the first decides',
  async (_, __, first, second) => {
    const { ask, lists, eventKinds, database, otherDatabase } = shared()
    const [ann, bob, carol] = await twoReviewers()
    const id = await ask(ann)
    const done = await race(
      () => first.run(id, { ann, reviewer: bob }, database),
      () => second.run(id, { ann, reviewer: carol }, otherDatabase),
    )
    expect(done).toEqual(['done', first.state === 'active' ? 'RGW_REQUEST_DECIDED' : 'RGW_REQUEST_OVER'])
    expect(await lists.one(id)).toMatchObject({ state: first.state })
    expect(eventKinds(id)).toEqual(['created', ...(first.state === 'active' ? ['approved', 'started'] : [first.state])])
  },
)

test('an approval before the time for reviews ends counts, though the sweep waits for it', async () => {
  const { ask, approve, createSweep, otherDatabase, lists, clock, eventKinds } = shared()
  const [ann, bob] = await twoReviewers()
  const sweep = createSweep(undefined, otherDatabase)
  const id = await ask(ann)
  clock.time += hour - 1
  const done = await race(
    () => approve(bob, id),
    () => {
      clock.time++
      return sweep.sweep()
    },
  )
  expect(done).toEqual(['done', 'done'])
  expect(await lists.one(id)).toMatchObject({ state: 'active' })
  expect(eventKinds(id)).toEqual(['created', 'approved', 'started'])
})

test('an approval that waits for the sweep finds a request that lapsed', async () => {
  const { ask, approve, createSweep, otherDatabase, lists, clock, eventKinds } = shared()
  const [ann, bob] = await twoReviewers()
  const sweep = createSweep()
  const id = await ask(ann)
  clock.time += hour
  const done = await race(
    () => sweep.sweep(),
    () => approve(bob, id, {}, { process: otherDatabase }),
  )
  expect(done).toEqual(['done', 'RGW_REQUEST_OVER'])
  expect(await lists.one(id)).toMatchObject({ state: 'lapsed' })
  expect(eventKinds(id)).toEqual(['created', 'lapsed'])
})

test('a process whose clock is behind cannot approve what another process has let lapse', async () => {
  const { ask, approve, createSweep, lists, clock } = shared()
  const [ann, bob] = await twoReviewers()
  const id = await ask(ann)
  clock.time += hour
  await createSweep().sweep()
  clock.time -= 1_000
  expect(await outcomeOf(approve(bob, id))).toBe('RGW_REQUEST_OVER')
  expect(await lists.one(id)).toMatchObject({ state: 'lapsed' })
})

test('a revocation that waits for the approval revokes the grant', async () => {
  const { ask, approve, revoke, otherDatabase, lists } = shared()
  const [ann, bob] = await twoReviewers()
  const id = await ask(ann)
  const done = await race(
    () => approve(bob, id),
    () => revoke(ann, id, null, otherDatabase),
  )
  expect(done).toEqual(['done', 'done'])
  expect(await lists.one(id)).toMatchObject({ state: 'revoked' })
})

const onUse = ruleOf({ workStarts: 'firstUse' })

async function unusedGrant() {
  const { ask, approve } = shared()
  const [ann, bob] = await twoReviewers()
  const id = await ask(ann, {}, onUse)
  await approve(bob, id, {}, { rule: onUse })
  return { id, ann, bob }
}

test('a first use that waits for the revocation does not start the grant', async () => {
  const { use, revoke, otherDatabase, lists, eventKinds } = shared()
  const { id, ann, bob } = await unusedGrant()
  const done = await race(
    () => revoke(bob, id),
    () => use(ann, id, otherDatabase),
  )
  expect(done).toEqual(['done', 'RGW_REQUEST_OVER'])
  expect(await lists.one(id)).toMatchObject({ state: 'revoked', startedAt: null })
  expect(eventKinds(id)).not.toContain('started')
})

test('a revocation that waits for the first use revokes the started grant', async () => {
  const { use, revoke, otherDatabase, lists } = shared()
  const { id, ann, bob } = await unusedGrant()
  const done = await race(
    () => use(ann, id),
    () => revoke(bob, id, null, otherDatabase),
  )
  expect(done).toEqual(['done', 'done'])
  expect(await lists.one(id)).toMatchObject({ state: 'revoked', startedAt: new Date(startOfTest) })
})

test('of two first uses at once, the first starts the grant, and the second does not start it again', async () => {
  const { use, otherDatabase, lists, clock, eventKinds } = shared()
  const { id, ann } = await unusedGrant()
  const untils: number[] = []
  const useAndNote = async (process?: typeof otherDatabase) => void untils.push((await use(ann, id, process)).until)
  const done = await race(
    () => useAndNote(),
    () => {
      clock.time += 60_000
      return useAndNote(otherDatabase)
    },
  )
  expect(done).toEqual(['done', 'done'])
  expect(untils).toEqual([startOfTest + hour, startOfTest + hour])
  expect(await lists.one(id)).toMatchObject({ startedAt: new Date(startOfTest) })
  expect(eventKinds(id).filter((kind) => kind === 'started')).toHaveLength(1)
})

test('a first use that waits for the sweep finds a grant that lapsed', async () => {
  const { use, createSweep, otherDatabase, lists, clock } = shared()
  const { id, ann } = await unusedGrant()
  clock.time += 4 * hour
  const sweep = createSweep()
  const done = await race(
    () => sweep.sweep(),
    () => use(ann, id, otherDatabase),
  )
  expect(done).toEqual(['done', 'RGW_REQUEST_OVER'])
  expect(await lists.one(id)).toMatchObject({ state: 'lapsed', startedAt: null })
})

test('the sweeps of two processes store each transition once', async () => {
  const { createSweep, otherDatabase, clock, eventKinds } = shared()
  const { id } = await unusedGrant()
  clock.time += 4 * hour
  const sweeps = [createSweep(), createSweep(undefined, otherDatabase)] as const
  await race(
    () => sweeps[0].sweep(),
    () => sweeps[1].sweep(),
  )
  expect(eventKinds(id).filter((kind) => kind === 'lapsed')).toHaveLength(1)
})

test('an eleventh request that waits for the tenth is too many', async () => {
  const { ask, otherDatabase } = shared()
  const [ann] = await twoReviewers()
  for (let made = 0; made < 9; made++) await ask(ann)
  const done = await race(
    () => ask(ann),
    () => ask(ann, {}, ruleOf(), otherDatabase),
  )
  expect(done).toEqual(['done', 'RGW_TOO_MANY_OPEN_REQUESTS'])
})

test('many reviews at once give one grant, with as many reviews as the rule requires', async () => {
  const { ask, approve, database, otherDatabase, lists, eventKinds } = shared()
  const [ann, ...reviewers] = await newPeople(['ann', 'bob', 'carol', 'dave', 'eve', 'frank'])
  if (ann === undefined) throw new Error('A user is missing.')
  const rule = ruleOf({ reviews: 3 })
  for (let round = 0; round < 5; round++) {
    const id = await ask(ann, {}, rule)
    const done = await Promise.all(
      reviewers.map((reviewer, at) =>
        outcomeOf(approve(reviewer, id, {}, { rule, process: at % 2 === 0 ? database : otherDatabase })),
      ),
    )
    expect(done.sort()).toEqual(['RGW_REQUEST_DECIDED', 'RGW_REQUEST_DECIDED', 'done', 'done', 'done'])
    expect((await lists.reviews([id])).get(id)).toHaveLength(3)
    expect(eventKinds(id)).toEqual(['created', 'reviewed', 'reviewed', 'approved', 'started'])
  }
})
