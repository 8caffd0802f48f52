import { expect, test } from 'vitest'
import { signingKeyOf } from '../signed-notes/signing-key.ts'
import { databaseForTest, openPostgresWriter } from '../testing/database.ts'
import { makeCheckpoint } from '../testing/make-checkpoint.ts'
import { readNewestCheckpoint } from './newest-checkpoint.ts'

const now = { keys: [signingKeyOf(Buffer.alloc(32, 1))], interval: 0 } as const

test('events of all streams wait until a checkpoint signs them, also the last events of a closed stream', async () => {
  const { runtimeUrl, runtime } = await databaseForTest()
  expect(await readNewestCheckpoint(runtime)).toEqual({ checkpoint: null, waiting: 0 })
  const one = await openPostgresWriter(runtimeUrl)
  const other = await openPostgresWriter(runtimeUrl)
  await Promise.all(Array.from({ length: 3 }, () => one.record({ kind: 'call' })))
  expect(await readNewestCheckpoint(runtime)).toMatchObject({ checkpoint: null, waiting: 5 })
  await makeCheckpoint(runtime, now)
  expect(await readNewestCheckpoint(runtime)).toMatchObject({ checkpoint: { number: 1 }, waiting: 0 })
  await other.record({ kind: 'call' })
  await one.close()
  expect(await readNewestCheckpoint(runtime)).toMatchObject({ checkpoint: { number: 1 }, waiting: 2 })
  await makeCheckpoint(runtime, now)
  await makeCheckpoint(runtime, now)
  const newest = await readNewestCheckpoint(runtime)
  expect(newest).toMatchObject({ checkpoint: { number: 3 }, waiting: 0 })
  expect(newest.checkpoint?.heads.map(({ stream }) => stream)).toHaveLength(1)
})
