import {
  type ArchivedMonth,
  type ArchiveVerification,
  describeFinding,
  type RecoveredRange,
  type Verification,
} from '@rack-gateway/audit/verify'
import { counted } from '../../../output/counted.ts'

/** Describes to an auditor the result of verifying the log, and how much the result proves. */
export function logSentences(verification: Verification, archives: readonly ArchiveVerification[] = []): string[] {
  const verifiedMonths = new Set(archives.map(({ month }) => month))
  const notVerified = verification.archived.filter(({ month }) => !verifiedMonths.has(month))
  return [
    ...resultSentences('', verification),
    ...checkpointSentences(verification),
    ...unsignedStreamSentences(verification),
    ...verification.recovered.map(recoveredSentence),
    ...notVerified.map(notVerifiedSentence),
  ]
}

export function archiveSentences(verification: ArchiveVerification): string[] {
  const result = resultSentences(`the archive of ${verification.month}: `, verification)
  return verification.manifest === null ? result : [...result, ...checkpointSentences(verification)]
}

/** @param prefix precedes the number of events */
function resultSentences(prefix: string, verification: Verification): string[] {
  const { intact, found, findings, streams, events } = verification
  const amount = `${prefix}${counted(events, 'event')} in ${counted(streams, 'stream')}`
  const result = intact
    ? `Verified ${amount}.${coverageSentence(verification)}`
    : `${isOnlyRestored(verification) ? 'NOT complete: the log was restored from a backup' : 'NOT what was recorded'}: ${counted(found, 'finding')} in ${amount}.`
  const more = found > findings.length ? [`  … and ${found - findings.length} more`] : []
  return [result, ...findings.map((finding) => `  ${describeFinding(finding)}`), ...more]
}

/** Nothing differs but what a recorded restore lost. */
function isOnlyRestored({ found, findings }: Verification): boolean {
  return found === findings.length && findings.every(({ about }) => about === 'restore')
}

function coverageSentence({ checkpoints, unsigned }: Verification): string {
  if (checkpoints === null) return ''
  if (unsigned === 0) return ' A checkpoint covers each of them.'
  return ` ${unsigned} ${unsigned === 1 ? 'is' : 'are'} not yet covered by a checkpoint.`
}

/** The events of this month are only in an archive that was not read, so a valid log does not prove these events. */
function notVerifiedSentence({ month, events, streams, place, manifest }: ArchivedMonth): string {
  return `  NOT verified here: ${month} (${counted(streams, 'stream')}, ${counted(events, 'event')}) is only in its archive, ${place} (manifest ${manifest}). Get it, and add --archive DIR.`
}

/** A login that can insert events can also add a stream. For some minutes, no checkpoint contradicts this stream. */
function unsignedStreamSentences({ checkpoints, unsignedStreams }: Verification): string[] {
  if (checkpoints === null || unsignedStreams.length === 0) return []
  const { length } = unsignedStreams
  const shown = unsignedStreams.slice(0, 3).join(', ')
  const more = length > 3 ? `, and ${length - 3} more` : ''
  return [
    `  In no checkpoint: ${counted(length, 'whole stream')} (${shown}${more}). Nothing proves that a gateway wrote ${length === 1 ? 'it' : 'them'}: every login that can write to the database can add a stream. A gateway that started within the last minute explains one stream. Otherwise, read and verify the log again in seven minutes.`,
  ]
}

function recoveredSentence({ stream, first, last }: RecoveredRange): string {
  return `  Recovered: events ${first} to ${last} of stream ${stream} came from a fallback file after the newest checkpoint, which does not sign them. The next checkpoint does. Verify again in a minute.`
}

function checkpointSentences(verification: Verification): string[] {
  const { checkpoints, keys, trust } = verification
  if (checkpoints === null)
    return [
      '  Checkpoints: none, so only the hash chain was verified. Missing events at the end of a stream, a missing stream, and a rewritten history stay unnoticed.',
    ]
  const { count, first, last, at } = checkpoints
  const newest = keys.at(-1) ?? ''
  return [
    `  Checkpoints: ${count}, from ${first} to ${last}. The newest is of ${at}.`,
    trust === 'pinned'
      ? '  Signed by the key in --key, and by keys that it certifies.'
      : `  Signed by ${newest}, which comes from the checkpoints themselves. Compare it with the key that you know, or pass that key with --key.`,
    copySentence(last, verification),
  ]
}

/** @param last number of the newest checkpoint */
function copySentence(last: number, { copied }: Verification): string {
  if (copied === null)
    return '  Unanchored: no copies of checkpoints were compared, so a history that was rewritten and signed again stays unnoticed. Pass --checkpoints DIR.'
  const compared = `  Copies: compared up to checkpoint ${copied.last} of ${copied.at}.`
  if (copied.last >= last) return compared
  return `${compared} NOT copied: checkpoints ${copied.last + 1} to ${last}. There, a history that was rewritten and signed again stays unnoticed.`
}
