import type { ChainProblem } from '../events/chain.ts'

/** A problem of an event or of a stream's end. */
export type EventProblem =
  | ChainProblem
  /** It was swapped with another event. */
  | 'swapped'
  /** The line is not an event. */
  | 'unreadable'
  /** A search column does not match the event. */
  | 'column'
  /** The tree up to this event does not match the signed tree. */
  | 'root'
  /** Events at the end are missing, although a checkpoint signs them. */
  | 'truncated'
  /** The whole stream is missing. */
  | 'missing'
  /** It is in no checkpoint, although a later checkpoint exists or was due. */
  | 'unsigned'
  /** It is in no checkpoint, and its time is in the future. */
  | 'future'

/** The first problem of a stream. */
export interface EventFinding {
  readonly about: 'event'
  readonly problem: EventProblem
  /** Empty for an unreadable line. */
  readonly stream: string
  /** The first bad event, or the start of the range that contains it. */
  readonly seq: number
  /** The end of the range that contains the bad event, or the event with which it was swapped. */
  readonly until: number
  /** The event's ID, if known. */
  readonly id: string | null
  /** The column, the number of the unreadable line, or the time of the first unsigned or future event. Otherwise empty. */
  readonly detail: string
}

export type CheckpointProblem =
  | 'unreadable'
  /** Numbers are missing before it. */
  | 'gap'
  /** It does not link to the previous one. */
  | 'previous'
  /** It is earlier than the previous one. */
  | 'time'
  /** Its signature is missing or invalid. */
  | 'signature'
  /** It has a new key that the previous key did not sign. */
  | 'key'
  /** Compared with the previous checkpoint, an open stream is missing, or a stream is shorter or has changed. */
  | 'head'
  /** The gateway found that a stream does not continue what was signed. */
  | 'broken'
  /** The external copy differs. */
  | 'rewritten'
  /** There is an external copy, but no checkpoint in the log. Consecutive ones are one finding. */
  | 'removed'
  /** The given key signed no checkpoint, or there is no checkpoint. */
  | 'stranger'

export interface CheckpointFinding {
  readonly about: 'checkpoint'
  readonly problem: CheckpointProblem
  readonly number: number
  /**
   * The stream, key, number, or time that the problem is about. For several `removed` checkpoints, the last number.
   * Otherwise empty.
   */
  readonly detail: string
}

export type ArchiveProblem =
  /** It has no manifest, or lacks a part. */
  | 'missing'
  /** Its manifest cannot be read, or is for another month. */
  | 'unreadable'
  /** Its manifest has an invalid signature. */
  | 'signature'
  /** The log does not have the key that signed its manifest, or the key that the auditor gave. */
  | 'key'
  /** A part does not match the manifest. */
  | 'changed'
  /** The manifest does not match the signed checkpoints. */
  | 'streams'
  /** Its events do not match the manifest. */
  | 'events'
  /** The log recorded another archive of this month. */
  | 'replaced'

export interface ArchiveFinding {
  readonly about: 'archive'
  readonly problem: ArchiveProblem
  /** Such as `2026-10`; empty if unreadable. */
  readonly month: string
  /** The part, stream, key, or other manifest that the problem is about. For `events`, a sentence. */
  readonly detail: string
}

/** Missing events of a stream. */
export interface LostRange {
  readonly stream: string
  readonly first: number
  readonly last: number
}

/**
 * A signed checkpoint says that the log was restored from a backup. The events that are missing since then have no other
 * finding. Whatever else differs has its own finding.
 */
export interface RestoreFinding {
  readonly about: 'restore'
  readonly problem: 'restored'
  /** The first checkpoint after the restore. */
  readonly number: number
  /** The last checkpoint of the backup; 0 for none. The checkpoints between the two sign the missing events. */
  readonly from: number
  /** Number of all missing events, and of the streams that lack some. */
  readonly events: number
  readonly streams: number
  /** The missing events of the first 100 streams. */
  readonly lost: readonly LostRange[]
  /** The event `log.restored`; null if the source does not have it. */
  readonly event: { readonly id: string; readonly at: string; readonly by: string; readonly reason: string } | null
}

export type Finding = EventFinding | CheckpointFinding | ArchiveFinding | RestoreFinding

/** A month whose events are no longer in the log, and whose archive is signed by a key of the log. */
export interface ArchivedMonth {
  readonly month: string
  /** Events of the missing streams. */
  readonly events: number
  readonly streams: number
  /** Location of the archive. */
  readonly place: string
  /** SHA-256 of the manifest without its signature, hex. */
  readonly manifest: string
}

/** Events that no checkpoint signs yet, because they came late from a fallback file. */
export interface RecoveredRange {
  readonly stream: string
  readonly first: number
  readonly last: number
}

/**
 * The log is intact if there are no findings. `unsigned`, `trust`, `archived`, and `copied` say what could not be
 * checked.
 */
export interface Verification {
  readonly intact: boolean
  /** The first 100, in order of discovery. */
  readonly findings: readonly Finding[]
  /** Number of all findings. */
  readonly found: number
  readonly streams: number
  readonly events: number
  /** Events that no checkpoint signs yet. */
  readonly unsigned: number
  /** The first 100 streams that no checkpoint signs yet. A gateway that has just started has one, but an attacker can also add one. */
  readonly unsignedStreams: readonly string[]
  readonly checkpoints: {
    readonly count: number
    readonly first: number
    readonly last: number
    readonly at: string
  } | null
  /** Signing keys in text form, oldest first. */
  readonly keys: readonly string[]
  /** `pinned`: the given key signed the log. `first-use`: only keys that checkpoints name. `none`: no checkpoint. */
  readonly trust: 'pinned' | 'first-use' | 'none'
  /** Archived and dropped months, which were not checked here. */
  readonly archived: readonly ArchivedMonth[]
  /** Late events that a `stream.recovered` event names. */
  readonly recovered: readonly RecoveredRange[]
  /** Whether checkpoints were compared with external copies. */
  readonly anchored: boolean
  /** The newest checkpoint that was compared with a copy. Later history could have been rewritten and signed again. */
  readonly copied: { readonly last: number; readonly at: string } | null
}
