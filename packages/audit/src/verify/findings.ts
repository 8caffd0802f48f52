import type { ChainProblem } from '../chain.ts'

/** What is wrong with an event or with a stream's end. */
export type EventProblem =
  | ChainProblem
  /** It isn't a line of an export. */
  | 'unreadable'
  /** A search column says something else than the event. */
  | 'column'
  /** The tree up to it isn't the one that was signed. */
  | 'root'
  /** Events are missing at the end: a checkpoint has signed more. */
  | 'truncated'
  /** The whole stream is missing. */
  | 'missing'
  /** It is older than the newest checkpoint, and in none. */
  | 'unsigned'

/** The first thing that is wrong with a stream. */
export interface EventFinding {
  readonly about: 'event'
  readonly problem: EventProblem
  /** Empty where the line says none. */
  readonly stream: string
  /** The first bad event; where only a range is known, its first. */
  readonly seq: number
  /** The end of the range that holds the first bad event, where no more is known. */
  readonly until: number
  /** The event's own id, where it has one. */
  readonly id: string | null
  /** The column, the checkpoint's number, or the line's. */
  readonly detail: string
}

export type CheckpointProblem =
  | 'unreadable'
  /** Numbers are missing before it. */
  | 'gap'
  /** It doesn't name the one before it. */
  | 'previous'
  /** It is earlier than the one before it. */
  | 'time'
  /** Its signature is missing or false. */
  | 'signature'
  /** It has another key than the one before, which hasn't signed that. */
  | 'key'
  /** A stream that was open isn't in it, or has become smaller or another. */
  | 'head'
  /** The gateway itself found that a stream doesn't go on from what was signed. */
  | 'broken'
  /** The copy outside says something else. */
  | 'rewritten'
  /** There is a copy outside, but none here. */
  | 'removed'
  /** The key that was given has signed none of them. */
  | 'stranger'

export interface CheckpointFinding {
  readonly about: 'checkpoint'
  readonly problem: CheckpointProblem
  readonly number: number
  readonly detail: string
}

export type Finding = EventFinding | CheckpointFinding

/** What a verification says. It holds if there are no findings; `notes` say what it can't know. */
export interface Verification {
  readonly intact: boolean
  /** In the order in which they were met; the first 100. */
  readonly findings: readonly Finding[]
  readonly found: number
  readonly streams: number
  readonly events: number
  /** Events that no checkpoint has signed yet. */
  readonly unsigned: number
  readonly checkpoints: {
    readonly count: number
    readonly first: number
    readonly last: number
    readonly at: string
  } | null
  /** Keys that signed, oldest first, as they are handed on. */
  readonly keys: readonly string[]
  /** `pinned`: a key that was given has signed; `first-use`: the keys are those that the checkpoints name themselves. */
  readonly trust: 'pinned' | 'first-use' | 'none'
  /** Whether checkpoints were compared with copies out of the database owner's reach. */
  readonly anchored: boolean
}
