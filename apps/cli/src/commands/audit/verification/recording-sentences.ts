import type { RecordingFinding, RecordingsVerification } from '@rack-gateway/recordings/verify'
import { counted } from '../../../output/counted.ts'

/** What came of verifying recordings, as an auditor reads it. */
export function recordingSentences(verification: RecordingsVerification | null): string[] {
  if (verification === null) return []
  const { intact, found, findings, proven, chunks } = verification
  const read = `${counted(proven, 'recording')} proven, ${counted(chunks, 'chunk')} read`
  const more = found > findings.length ? [`  … and ${found - findings.length} more`] : []
  return [
    intact
      ? `the recordings hold: ${read}`
      : `the recordings are NOT what was recorded: ${counted(found, 'finding')}, ${read}`,
    ...findings.map((finding) => `  ${sentenceOf(finding)}`),
    ...more,
    ...worthOf(verification),
  ]
}

function sentenceOf({ problem, recording, detail }: RecordingFinding): string {
  switch (problem) {
    case 'changed':
      return `recording ${recording}: ${detail}`
    case 'missing':
      return `recording ${recording}: nothing of it is stored`
    case 'additional':
      return `recording ${recording} is stored, and the log knows of no such session`
    case 'stray':
      return `${recording} is stored among the recordings, and is no part of one`
  }
}

function worthOf(verification: RecordingsVerification): string[] {
  const { unopened, open, pending, newer, empty, removed, unproven, unprovenCount } = verification
  const some: readonly (readonly [number, string])[] = [
    [open, 'not closed yet, so that only what is stored of them could be looked at'],
    [pending, 'ended a moment ago, and their last chunks are not there yet: verify again in two minutes'],
    [newer, 'begun after the log was read'],
    [empty, 'of sessions that were never opened'],
    [removed, 'removed, as the log says'],
  ]
  const left = unprovenCount > unproven.length ? ` and ${unprovenCount - unproven.length} more` : ''
  return [
    ...some.filter(([number]) => number > 0).map(([number, words]) => `  ${counted(number, 'recording')} ${words}`),
    ...(unprovenCount > 0
      ? [
          `  NOT proven: ${counted(unprovenCount, 'recording')} of months whose events were not read here; add --archive DIR: ${unproven.join(' ')}${left}`,
        ]
      : []),
    unopened === null
      ? '  not opened: the chain over their encrypted chunks was compared; with APP_SECRET_KEY in the environment they are decrypted too'
      : `  opened with the keys in APP_SECRET_KEY${unopened > 0 ? `, but for ${counted(unopened, 'recording')} of another key` : ''}`,
  ]
}
