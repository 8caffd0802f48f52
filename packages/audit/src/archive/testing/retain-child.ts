import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { openObjectStore } from '@rack-gateway/object-store'
import postgres from 'postgres'
import { signingKeyOf } from '../../signed-notes/signing-key.ts'
import { type MonthOutcome, retainMonths } from '../retention.ts'

export interface RetainRequest {
  readonly ownerUrl: string
  readonly directory: string
  readonly signingKeySeed: string
  readonly partSize: number
}

/** The outcomes, and the used bytes before each access to the archive. */
export interface RetainReport {
  readonly outcomes: readonly MonthOutcome[]
  readonly samples: readonly number[]
}

setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')

function bytesInUse(): number {
  if (typeof collect !== 'function') throw new Error('this runtime has no gc')
  // One collection does not free every buffer.
  for (let round = 0; round < 3; round++) collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Archives and drops old months of a log, and measures the memory of this process. */
process.once('message', async ({ ownerUrl, directory, signingKeySeed, partSize }: RetainRequest) => {
  const store = await openObjectStore({ kind: 'directory', directory })
  const samples: number[] = []
  const sql = postgres(ownerUrl, { max: 2, fetch_types: false, onnotice() {} })
  const lock = postgres(ownerUrl, { max: 1, fetch_types: false, onnotice() {} })
  const outcomes: MonthOutcome[] = []
  for await (const outcome of retainMonths({
    sql,
    lock,
    store: {
      ...store,
      async put(key, bytes) {
        samples.push(bytesInUse())
        await store.put(key, bytes)
      },
      async get(key) {
        samples.push(bytesInUse())
        return store.get(key)
      },
    },
    keys: [signingKeyOf(Buffer.from(signingKeySeed, 'hex'))],
    before: null,
    keep: 13,
    drop: 'drop',
    sinks: 'respect',
    record: async () => ({ id: '01a21006-6e55-7646-9171-966421143187' }),
    partSize,
  }))
    outcomes.push(outcome)
  await Promise.all([sql.end({ timeout: 1 }), lock.end({ timeout: 1 })])
  const report: RetainReport = { outcomes, samples }
  process.send?.(report, () => process.disconnect())
})
