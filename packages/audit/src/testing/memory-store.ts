import { StreamLost } from '../errors/errors.ts'
import type { RecordedEvent } from '../events/recorded-event.ts'
import type { AdoptionProgress, AuditStore } from '../log/audit-store.ts'
import type { ChainLink } from './verify-chain.ts'

/** How the store handles an operation: performs it, refuses it, performs it but loses the response, or hangs. */
export type Behavior = 'take' | 'refuse' | 'lose-answer' | 'hang'

export interface MemoryStore extends AuditStore {
  /** In order of becoming durable. */
  readonly events: RecordedEvent[]
  readonly links: ChainLink[]
  readonly batches: number[]
  readonly closed: Set<string>
  readonly adoptionProgress: AdoptionProgress[]
  /** Decides each attempt, with its number from 1. */
  behave(decide: (operation: string, attempt: number) => Behavior): void
  adopt(stream: string): void
}

export function createMemoryStore(): MemoryStore {
  const events: RecordedEvent[] = []
  const batches: number[] = []
  const closed = new Set<string>()
  const adopted = new Set<string>()
  const adoptionProgress: AdoptionProgress[] = []
  let decide: (operation: string, attempt: number) => Behavior = () => 'take'
  let attempts = 0

  async function attempt<T>(operation: string, work: () => T): Promise<T> {
    const behavior = decide(operation, ++attempts)
    await null
    if (behavior === 'hang') return new Promise(() => {})
    if (behavior === 'refuse') throw new Error('connection refused')
    const result = work()
    if (behavior === 'lose-answer') throw new Error('connection reset')
    return result
  }

  function take(stream: string, batch: readonly RecordedEvent[]) {
    if (adopted.has(stream)) throw new StreamLost(stream, 'another process adopted it')
    for (const recorded of batch) {
      const present = events.find(
        ({ position }) => position.stream === stream && position.seq === recorded.position.seq,
      )
      if (present && !present.hash.equals(recorded.hash)) throw new StreamLost(stream, 'written by someone else')
      if (!present) events.push(recorded)
    }
    batches.push(batch.length)
  }

  return {
    events,
    batches,
    closed,
    adoptionProgress,
    get links() {
      return events.map(({ position: { stream, seq }, canonical, prev, hash }) => ({
        stream,
        seq,
        canonical,
        prev,
        hash,
      }))
    },
    behave(next) {
      decide = next
      attempts = 0
    },
    adopt: (stream) => void adopted.add(stream),
    openStream: () => attempt('open', () => {}),
    append: (stream, batch, progress) =>
      attempt('append', () => {
        take(stream, batch)
        if (progress) adoptionProgress.push(progress)
      }),
    renewLease: (stream) => attempt('renew', () => (adopted.has(stream) ? ('lost' as const) : ('renewed' as const))),
    closeStream: (stream) => attempt('close', () => void closed.add(stream)),
    async close() {},
  }
}
