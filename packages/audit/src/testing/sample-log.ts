import type { Restoration, StreamHead } from '@rack-gateway/audit-proof'
import { encode } from '../events/encode.ts'
import type { EventDraft } from '../events/event.ts'
import { createEventStream, type EventStream } from '../log/stream.ts'
import { readCheckpoint, signCheckpoint } from '../signed-notes/checkpoint.ts'
import { type SigningKey, signingKeyOf } from '../signed-notes/signing-key.ts'
import { leafOf } from '../tree/hashing.ts'
import { createTree } from '../tree/tree.ts'
import { exportLine } from '../verify/export-line.ts'

/** A log as a gateway writes it, without a database. */
export interface SampleLog {
  /** Export lines in the order of writing. */
  readonly lines: string[]
  readonly checkpoints: string[]
  open(): SampleStream
  /** `before`: the previous key, which also signs. `replaces`: the previous key, which does not sign. */
  checkpoint(options?: CheckpointOptions): void
  /** @returns a function that restores events and streams to what they are now. Checkpoints stay, as in their copies */
  backup(): () => void
}

interface CheckpointOptions {
  readonly key?: SigningKey
  readonly before?: SigningKey | null
  readonly replaces?: SigningKey
  readonly restored?: Restoration | null
}

export interface SampleStream {
  readonly id: string
  add(count: number, draft?: EventDraft): void
  close(): void
}

export const sampleKey: SigningKey = signingKeyOf(Buffer.alloc(32, 7))

export function createSampleLog(startedAt = Date.UTC(2026, 10, 25)): SampleLog {
  const lines: string[] = []
  const checkpoints: string[] = []
  let streams: { stream: EventStream; tree: ReturnType<typeof createTree>; state: StreamHead['state'] }[] = []
  let now = startedAt

  function open(): SampleStream {
    const stream = createEventStream(now)
    const entry = { stream, tree: createTree(), state: 'open' as StreamHead['state'] }
    streams.push(entry)
    const add = (draft: EventDraft) => {
      const event = stream.seal(encode(draft), now++)
      entry.tree.append(leafOf(event.hash.toString('hex')))
      lines.push(exportLine(event))
    }
    add({ kind: 'stream.opened', detail: { host: 'test' } })
    return {
      id: stream.id,
      add(count, draft = { kind: 'call', app: 'web', rack: 'staging', status: 200 }) {
        for (let index = 0; index < count; index++) add({ ...draft, request: `r${index}` })
      },
      close() {
        add({ kind: 'stream.closed' })
        entry.state = 'closed'
      },
    }
  }

  return {
    lines,
    checkpoints,
    open,
    backup() {
      const [savedLines, saved] = [[...lines], streams.map((one) => ({ ...one, tree: createTree(one.tree) }))]
      return function restore() {
        lines.splice(0, lines.length, ...savedLines)
        streams = saved.map((one) => ({ ...one, tree: createTree(one.tree) }))
      }
    },
    checkpoint({ key = sampleKey, before = null, replaces, restored = null } = {}) {
      now += 60_000
      const last = checkpoints.at(-1)
      const previous = last === undefined ? '0'.repeat(64) : (readCheckpoint(last)?.hash ?? '')
      const heads = streams.map(({ stream, tree, state }) => ({
        stream: stream.id,
        size: tree.size,
        root: tree.root(),
        state,
      }))
      const content = { number: checkpoints.length + 1, at: new Date(now).toISOString(), previous, restored, heads }
      checkpoints.push(
        signCheckpoint(content, {
          current: key,
          replaces: replaces?.publicKey ?? before?.publicKey ?? null,
          previous: before,
        }),
      )
    },
  }
}
