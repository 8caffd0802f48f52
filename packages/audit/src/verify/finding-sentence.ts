import type { ArchiveFinding, CheckpointFinding, EventFinding, Finding, RestoreFinding } from './findings.ts'

/** The result contains unescaped values of the log, which may be hostile. Callers must escape the result. */
export function describeFinding(finding: Finding): string {
  switch (finding.about) {
    case 'event':
      return describeEvent(finding)
    case 'checkpoint':
      return describeCheckpoint(finding)
    case 'archive':
      return describeArchive(finding)
    case 'restore':
      return describeRestore(finding)
  }
}

function describeEvent({ problem, stream, seq, until, id, detail }: EventFinding): string {
  const event = `stream ${stream}, event ${seq}${id === null ? '' : ` (${id})`}`
  const range = `stream ${stream}, events ${seq} to ${until}`
  switch (problem) {
    case 'gap':
      return `${event}: is missing`
    case 'swapped':
      return `stream ${stream}, events ${seq} and ${until}: were swapped`
    case 'order':
      return `${event}: is repeated, or at the wrong position`
    case 'prev':
      return `${event}: does not link to the previous event: that one was changed and rehashed, or this one was inserted`
    case 'hash':
      return `${event}: was changed: its bytes do not match its hash`
    case 'bounds':
      return `${event}: is not stream.opened although it is the first, is stream.opened although it is not the first, or follows stream.closed`
    case 'column':
      return `${event}: the column ${detail} does not match the event`
    case 'root':
      return `${range}: one of them was changed and all later ones were rehashed: their tree does not match the signed one`
    case 'truncated':
      return `${range}: are missing, although a checkpoint signs them`
    case 'missing':
      return `${range}: the whole stream is missing, although a checkpoint signs it`
    case 'unsigned':
      return `${range}: date from ${detail}, and no checkpoint signs them, although a later checkpoint exists or was due. Possible causes: checkpoints were removed; the events were added later; the gateway stopped; or they are being imported from a fallback file, and no stream.recovered event names them yet`
    case 'future':
      return `${range}: date from ${detail}, which is in the future, and no checkpoint signs them. Possible causes: someone added them to the database; or the clock of a gateway or of this computer is wrong`
    case 'unreadable':
      return `line ${detail}: is not an event`
  }
}

function describeCheckpoint({ problem, number, detail }: CheckpointFinding): string {
  const checkpoint = `checkpoint ${number}`
  switch (problem) {
    case 'unreadable':
      return `${checkpoint}: is not a checkpoint`
    case 'gap':
      return `${checkpoint}: the previous checkpoint is missing; the last one before the gap is ${detail}`
    case 'previous':
      return `${checkpoint}: does not link to the previous one: one of the two was replaced`
    case 'time':
      return `${checkpoint}: is earlier than the previous one (${detail})`
    case 'signature':
      return `${checkpoint}: has an invalid signature: it was changed`
    case 'key':
      return `${checkpoint}: is signed by a new key that the previous key (${detail}) did not sign`
    case 'head':
      return `${checkpoint}: compared with the previous checkpoint, stream ${detail} is missing, is shorter, or has changed`
    case 'broken':
      return `${checkpoint}: the gateway found that stream ${detail} does not continue what was signed`
    case 'rewritten':
      return `${checkpoint}: the external copy differs: history was rewritten and signed again`
    case 'removed':
      return detail === ''
        ? `${checkpoint}: has an external copy, but is missing in the log`
        : `checkpoints ${number} to ${detail}: have external copies, but are missing in the log`
    case 'stranger':
      return number === 0
        ? `there is no checkpoint, so the given key signed nothing (${detail})`
        : `no checkpoint is signed by the given key (${detail})`
  }
}

function describeArchive({ problem, month, detail }: ArchiveFinding): string {
  const archive = month === '' ? 'an archive' : `the archive of ${month}`
  switch (problem) {
    case 'missing':
      return `${archive}: has no ${detail}`
    case 'unreadable':
      return `${archive}: its manifest cannot be read`
    case 'signature':
      return `${archive}: its manifest has an invalid signature: it was changed or forged`
    case 'key':
      return `${archive}: its manifest is signed by a key that the log does not have, or the log does not have the given key (${detail})`
    case 'changed':
      return `${archive}: ${detail} was changed`
    case 'streams':
      return `${archive}: its manifest and its checkpoints differ in ${detail}`
    case 'events':
      return `${archive}: ${detail}`
    case 'replaced':
      return `${archive}: the log recorded another archive, with the manifest ${detail}`
  }
}

function describeRestore({ number, from, events, streams, lost, event }: RestoreFinding): string {
  const ranges = lost.map(({ stream, first, last }) => `stream ${stream}, events ${first} to ${last}`)
  const more = streams > lost.length ? [`and ${streams - lost.length} more streams`] : []
  const start = from === 0 ? 'a backup without checkpoints' : `a backup that ends with checkpoint ${from}`
  const missing = events === 0 ? 'no event' : `${events} events: ${[...ranges, ...more].join('; ')}`
  const who =
    event === null
      ? 'The event that says who restored it was not read'
      : `Recorded by ${event.by} at ${event.at}, with the reason "${event.reason}" (${event.id})`
  return `checkpoint ${number}: the log was restored from ${start}. Of what was signed after that backup, the log lacks ${missing}. ${who}`
}
