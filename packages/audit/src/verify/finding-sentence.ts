import type { ArchiveFinding, CheckpointFinding, EventFinding, Finding } from './findings.ts'

/** A finding as an auditor reads it. It repeats what the log says, which may be hostile. */
export function sentenceOf(finding: Finding): string {
  switch (finding.about) {
    case 'event':
      return ofEvent(finding)
    case 'checkpoint':
      return ofCheckpoint(finding)
    case 'archive':
      return ofArchive(finding)
  }
}

function ofEvent({ problem, stream, seq, until, id, detail }: EventFinding): string {
  const event = `stream ${stream}, event ${seq}${id === null ? '' : ` (${id})`}`
  const range = `stream ${stream}, events ${seq} to ${until}`
  switch (problem) {
    case 'gap':
      return `${event}: is missing`
    case 'swapped':
      return `stream ${stream}, events ${seq} and ${until}: were swapped: each stands in the other's place`
    case 'order':
      return `${event}: comes a second time, or in the wrong place`
    case 'prev':
      return `${event}: does not follow the event before it: that one was changed and hashed anew, or this one was inserted`
    case 'hash':
      return `${event}: was changed: its bytes are not those that were hashed`
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
      return `${range}: are of ${detail}, and no checkpoint has signed them, although a newer one was made or was due: checkpoints were removed, the events were put in later, the gateway has stopped since, or they are only now being copied from a fallback file, and no stream.recovered names them yet`
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
      return number === 0
        ? `there is no checkpoint, so the key that you gave has signed nothing (${detail})`
        : `no checkpoint is signed by the key that you gave (${detail})`
  }
}

function ofArchive({ problem, month, detail }: ArchiveFinding): string {
  const archive = month === '' ? 'an archive' : `the archive of ${month}`
  switch (problem) {
    case 'missing':
      return `${archive}: has no ${detail}`
    case 'unreadable':
      return `${archive}: its manifest can not be read`
    case 'signature':
      return `${archive}: the signature of its manifest is false: it was changed, or made up`
    case 'key':
      return `${archive}: its manifest is signed by a key that the log doesn't have (${detail})`
    case 'changed':
      return `${archive}: ${detail} is not what was archived`
    case 'streams':
      return `${archive}: its manifest says something else of ${detail} than was signed`
    case 'events':
      return `${archive}: ${detail}`
    case 'replaced':
      return `${archive}: the log records another one, whose manifest is ${detail}`
  }
}
