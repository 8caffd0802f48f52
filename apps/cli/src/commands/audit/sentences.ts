import type { CheckpointFinding, EventFinding, Finding, Verification } from '@rack-gateway/audit/verify'

/** A verification as an auditor reads it: what holds or doesn't, and what that is worth. */
export function sentences(verification: Verification): string[] {
  const { intact, found, findings, streams, events } = verification
  const counted = `${count(streams, 'stream')}, ${count(events, 'event')}`
  const verdict = intact
    ? `the log holds: ${counted}`
    : `the log is NOT what was recorded: ${count(found, 'finding')} in ${counted}`
  const more = found > findings.length ? [`  … and ${found - findings.length} more`] : []
  return [verdict, ...findings.map((finding) => `  ${sentenceOf(finding)}`), ...more, ...worth(verification)]
}

function worth({ checkpoints, keys, trust, anchored, unsigned, events }: Verification): string[] {
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
    anchored
      ? '  copies outside: compared'
      : '  unanchored: no copies from outside were compared, so a history that was written and signed again would not be noticed (--checkpoints DIR)',
    `  not signed yet: ${unsigned} of ${count(events, 'event')}`,
  ]
}

function sentenceOf(finding: Finding): string {
  return finding.about === 'event' ? ofEvent(finding) : ofCheckpoint(finding)
}

function ofEvent({ problem, stream, seq, until, id, detail }: EventFinding): string {
  const event = `stream ${stream}, event ${seq}${id === null ? '' : ` (${id})`}`
  const range = `stream ${stream}, events ${seq} to ${until}`
  switch (problem) {
    case 'gap':
      return `${event}: is missing`
    case 'order':
      return `${event}: comes a second time, or in the wrong place`
    case 'prev':
      return `${event}: does not follow the event before it: that one was changed and hashed anew, or this one was inserted`
    case 'hash':
      return `${event}: was changed: its bytes are not those that were hashed`
    case 'place':
      return `${event}: speaks of another place in the log`
    case 'bounds':
      return `${event}: a stream begins with stream.opened, and nothing follows stream.closed`
    case 'column':
      return `${event}: the column ${detail} says something else than what was recorded`
    case 'root':
      return `${range}: one of them was changed and all after it were chained anew: their tree is not the one that was signed`
    case 'truncated':
      return `${range}: are missing: a checkpoint has signed them`
    case 'missing':
      return `${range}: the whole stream is missing: a checkpoint has signed it`
    case 'unsigned':
      return `${range}: are of ${detail}, older than the newest checkpoint, and none has signed them: they were put in later, or copied from a fallback file within the last minute`
    case 'unreadable':
      return `line ${detail}: is not an event`
  }
}

function ofCheckpoint({ problem, number, detail }: CheckpointFinding): string {
  const checkpoint = `checkpoint ${number}`
  switch (problem) {
    case 'unreadable':
      return `${checkpoint}: is not a checkpoint`
    case 'gap':
      return `${checkpoint}: the one before it is missing; the last one before is ${detail}`
    case 'previous':
      return `${checkpoint}: does not name the one before it: one of the two was replaced`
    case 'time':
      return `${checkpoint}: is earlier than the one before it (${detail})`
    case 'signature':
      return `${checkpoint}: its signature is false: it was changed`
    case 'key':
      return `${checkpoint}: is signed by another key than the one before (${detail}), which has not signed that change`
    case 'head':
      return `${checkpoint}: stream ${detail} is missing in it, or smaller or another than in the checkpoint before`
    case 'broken':
      return `${checkpoint}: the gateway itself found that stream ${detail} does not go on from what was signed`
    case 'rewritten':
      return `${checkpoint}: the copy outside says something else: history was written and signed again`
    case 'removed':
      return `${checkpoint}: is kept outside, but missing in the log`
    case 'stranger':
      return `no checkpoint is signed by the key that you gave (${detail})`
  }
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`
}
