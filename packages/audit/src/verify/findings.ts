import type { ChainProblem } from '../chain.ts'

/** What is wrong with an event or with a stream's end. */
export type EventProblem =
  | ChainProblem
  /** It and another one stand in each other's place. */
  | 'swapped'
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
  /** It is older than the newest checkpoint, or than a checkpoint may take, and in none. */
  | 'unsigned'

/** The first thing that is wrong with a stream. */
export interface EventFinding {
  readonly about: 'event'
  readonly problem: EventProblem
  /** Empty where the line says none. */
  readonly stream: string
  /** The first bad event; where only a range is known, its first. */
  readonly seq: number
  /** The end of the range that holds the first bad event, where no more is known; the one that it was swapped with. */
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
  /** The given key signed no checkpoint, or there is no checkpoint. */
  | 'stranger'

export interface CheckpointFinding {
  readonly about: 'checkpoint'
  readonly problem: CheckpointProblem
  readonly number: number
  readonly detail: string
}

export type ArchiveProblem =
  /** It has no manifest, or lacks a part. */
  | 'missing'
  /** Its manifest can't be read, or is that of another month. */
  | 'unreadable'
  /** Its manifest's signature is false. */
  | 'signature'
  /** Its manifest is signed by a key that the log doesn't have. */
  | 'key'
  /** A part's bytes aren't those that the manifest names. */
  | 'changed'
  /** The manifest says of its streams something else than the checkpoints that were signed. */
  | 'streams'
  /** Its events aren't those that the manifest counts. */
  | 'events'
  /** The log records another archive of this month. */
  | 'replaced'

export interface ArchiveFinding {
  readonly about: 'archive'
  readonly problem: ArchiveProblem
  /** As `2026-10`; empty where it can't be read. */
  readonly month: string
  /** The part, the stream or the key. */
  readonly detail: string
}

export type Finding = EventFinding | CheckpointFinding | ArchiveFinding

/** A month whose events aren't in the log any more, and whose archive is signed by a key of the log. */
export interface ArchivedMonth {
  readonly month: string
  /** Of the streams that are missing here. */
  readonly events: number
  readonly streams: number
  /** Where the archive was put. */
  readonly place: string
  /** SHA-256 of the manifest's text. */
  readonly manifest: string
}

/** Events that are older than the newest checkpoint and in none, because they came from a fallback file after it. */
export interface RecoveredRange {
  readonly stream: string
  readonly first: number
  readonly last: number
}

/** What a verification says. It holds if there are no findings; `unsigned`, `trust`, `archived` and `copied` say what it can't know. */
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
  /** Months that were archived and dropped: nothing of them was checked here. */
  readonly archived: readonly ArchivedMonth[]
  /** What came late, as `stream.recovered` says, which the next checkpoint signs together with it. */
  readonly recovered: readonly RecoveredRange[]
  /** Whether checkpoints were compared with copies out of the database owner's reach. */
  readonly anchored: boolean
  /** The newest checkpoint that was compared with a copy: a history from there on could have been signed again. */
  readonly copied: { readonly last: number; readonly at: string } | null
}
