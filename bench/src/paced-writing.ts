import { setTimeout as wait } from 'node:timers/promises'

export interface PacedWritingOptions<Draft> {
  /** Resolves when a draft has been written. */
  readonly record: (draft: Draft) => Promise<unknown>
  /** Written in turn. */
  readonly drafts: readonly Draft[]
  readonly perSecond: number
  /** How many wait for their record at once, at most. */
  readonly lanes: number
}

export interface Written {
  readonly written: number
  readonly seconds: number
}

export interface PacedWriting {
  /** Ends it and waits for what is under way. @throws what a record has thrown */
  stop(): Promise<Written>
}

/** Writes at a steady rate in lanes that each wait for their record, as connections do. A lane that is late goes on at once until it isn't. */
export function writePaced<Draft>({ record, drafts, perSecond, lanes }: PacedWritingOptions<Draft>): PacedWriting {
  const started = performance.now()
  let written = 0
  let stopping = false

  async function write(lane: number): Promise<void> {
    for (let turn = lane; !stopping; turn += lanes) {
      const early = started + (turn / perSecond) * 1_000 - performance.now()
      if (early > 0) await wait(Math.min(early, 100))
      if (early > 100) turn -= lanes
      else if (!stopping) await writeOne(turn)
    }
  }

  async function writeOne(turn: number): Promise<void> {
    const draft = drafts[turn % drafts.length]
    if (draft === undefined) throw new Error('there is nothing to write')
    await record(draft)
    written++
  }

  const writing = Promise.all(Array.from({ length: lanes }, (_, lane) => write(lane)))
  writing.catch(() => undefined)
  return {
    async stop() {
      stopping = true
      const seconds = (performance.now() - started) / 1_000
      const before = written
      await writing
      return { written: before, seconds }
    },
  }
}
