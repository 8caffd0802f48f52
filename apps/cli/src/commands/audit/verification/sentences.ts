import type { ArchiveVerification } from '@rack-gateway/audit/archive/read'
import { type ArchivedMonth, describeFinding, type RecoveredRange, type Verification } from '@rack-gateway/audit/verify'
import { counted } from '../../../output/counted.ts'

/** A verification as an auditor reads it: what holds or doesn't, and what that is worth. */
export function sentences(verification: Verification, archives: readonly ArchiveVerification[] = []): string[] {
  const checked = new Set(archives.map(({ month }) => month))
  const notHere = verification.archived.filter(({ month }) => !checked.has(month))
  return [
    ...matchCall('', verification),
    ...worthOfCheckpoints(verification),
    ...verification.recovered.map(cameLate),
    ...notHere.map(notChecked),
  ]
}

/** The same of an archived month. */
export function archiveSentences(verification: ArchiveVerification): string[] {
  const verdict = matchCall(`the archive of ${verification.month}: `, verification)
  return verification.manifest === null ? verdict : [...verdict, ...worthOfCheckpoints(verification)]
}

/** @param what goes before the number of events */
function matchCall(what: string, verification: Verification): string[] {
  const { intact, found, findings, streams, events } = verification
  const read = `${what}${counted(events, 'event')} in ${counted(streams, 'stream')}`
  const verdict = intact
    ? `Verified ${read}.${uncovered(verification)}`
    : `NOT what was recorded: ${counted(found, 'finding')} in ${read}.`
  const more = found > findings.length ? [`  … and ${found - findings.length} more`] : []
  return [verdict, ...findings.map((finding) => `  ${describeFinding(finding)}`), ...more]
}

function uncovered({ checkpoints, unsigned }: Verification): string {
  if (checkpoints === null) return ''
  if (unsigned === 0) return ' A checkpoint covers each of them.'
  return ` ${unsigned} ${unsigned === 1 ? 'is' : 'are'} not yet covered by a checkpoint.`
}

/** What was dropped is said plainly: a log that holds is not one that was checked to its beginning. */
function notChecked({ month, events, streams, place, manifest }: ArchivedMonth): string {
  return `  NOT checked here: ${month} (${counted(streams, 'stream')}, ${counted(events, 'event')}) is only in its archive, ${place} (manifest ${manifest}): get it and add --archive DIR`
}

function cameLate({ stream, first, last }: RecoveredRange): string {
  return `  came late: stream ${stream}, events ${first} to ${last}, are older than the newest checkpoint, which has not signed them: stream.recovered says that they came from a fallback file after it. The next checkpoint signs both; verify again in a minute`
}

function worthOfCheckpoints(verification: Verification): string[] {
  const { checkpoints, keys, trust } = verification
  if (checkpoints === null)
    return [
      '  checkpoints: none, so only the chain was verified: events missing at an end, a stream missing as a whole and a history that was chained again would not be noticed',
    ]
  const { count: number, first, last, at } = checkpoints
  const newest = keys.at(-1) ?? ''
  return [
    `  checkpoints: ${number}, from ${first} to ${last}, the newest of ${at}`,
    trust === 'pinned'
      ? '  signed by: the key that you gave, and those that are tied to it'
      : `  signed by: ${newest}, which the checkpoints name themselves: compare it with the key that you know, or give it with --key`,
    worthOfCopies(last, verification),
  ]
}

/** @param last number of the newest checkpoint */
function worthOfCopies(last: number, { copied }: Verification): string {
  if (copied === null)
    return '  unanchored: no copies from outside were compared, so a history that was written and signed again would not be noticed (--checkpoints DIR)'
  const compared = `  copies outside: compared up to ${copied.last}, of ${copied.at}`
  if (copied.last >= last) return compared
  return `${compared}; NOT copied since: ${copied.last + 1} to ${last}, so what was written and signed again there would not be noticed`
}
