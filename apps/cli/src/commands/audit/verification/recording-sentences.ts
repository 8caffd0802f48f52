import type { RecordingFinding, RecordingsVerification } from '@rack-gateway/recordings/verify'
import { counted } from '../../../output/counted.ts'

export function recordingSentences(verification: RecordingsVerification | null): string[] {
  if (verification === null) return []
  const { intact, found, findings, proven, chunks } = verification
  const amount = `${counted(proven, 'recording')} (${counted(chunks, 'chunk')})`
  const more = found > findings.length ? [`  … and ${found - findings.length} more`] : []
  return [
    intact
      ? `Verified ${amount}. They are what was recorded.`
      : `The recordings are NOT what was recorded: ${counted(found, 'finding')}. Verified ${amount}.`,
    ...findings.map((finding) => `  ${findingSentence(finding)}`),
    ...more,
    ...limitSentences(verification),
  ]
}

function findingSentence({ problem, recording, detail }: RecordingFinding): string {
  switch (problem) {
    case 'changed':
      return `recording ${recording}: ${detail}`
    case 'missing':
      return `recording ${recording}: no part of it is stored`
    case 'additional':
      return `recording ${recording} is stored, but its session is not in the log`
    case 'stray':
      return `${recording} is stored with the recordings, but is not part of one`
  }
}

/** Describes what the verification does not cover. */
function limitSentences(verification: RecordingsVerification): string[] {
  const { unopened, open, pending, newer, empty, removed, unproven, unprovenCount } = verification
  const counts: readonly (readonly [number, string])[] = [
    [open, 'not closed yet: verified as far as stored'],
    [pending, 'ended a moment ago, with the last chunks not stored yet: verify again in two minutes'],
    [newer, 'begun after the log was read'],
    [empty, 'of sessions that were never opened'],
    [removed, 'removed, and the log records the removal'],
  ]
  const more = unprovenCount > unproven.length ? ` and ${unprovenCount - unproven.length} more` : ''
  return [
    ...counts.filter(([count]) => count > 0).map(([count, words]) => `  ${counted(count, 'recording')} ${words}`),
    ...(unprovenCount > 0
      ? [
          `  NOT proven: ${counted(unprovenCount, 'recording')} of months whose events were not read here. Add --archive DIR: ${unproven.join(' ')}${more}`,
        ]
      : []),
    unopened === null
      ? '  Not decrypted: only the hash chain over the encrypted chunks was compared. To decrypt them too, set APP_SECRET_KEY.'
      : `  Decrypted with the keys in APP_SECRET_KEY${unopened > 0 ? `, except ${counted(unopened, 'recording')} with another key` : ''}.`,
  ]
}
