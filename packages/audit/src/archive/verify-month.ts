import { connectKeys } from '@rack-gateway/audit-proof'
import type { Month } from '../months/month.ts'
import { readCheckpoint } from '../signed-notes/checkpoint.ts'
import { type Manifest, manifestKey, readManifest } from '../signed-notes/manifest.ts'
import { nodeCrypto, type PublicKey, readPublicKey } from '../signed-notes/signing-key.ts'
import { checkpointFiles } from '../verify/checkpoint-files.ts'
import { membersOf } from '../verify/event-position.ts'
import type { ArchiveFinding, ArchiveProblem, Verification } from '../verify/findings.ts'
import type { ArchiveReader } from './archive-store.ts'
import { type CheckedMonth, type CheckOptions, checkMonth, type MonthSource } from './check-month.ts'
import { readPart } from './parts.ts'

export interface VerifyArchiveOptions {
  /** The key that the auditor trusts; null to use the keys in the checkpoints. */
  readonly pinned: PublicKey | null
  /** A directory with copies of checkpoints that the database owner cannot change, or null. */
  readonly checkpoints: string | null
  /** Called with each readable event. */
  readonly onRecord?: CheckOptions['onRecord']
}

export interface ArchiveVerification extends Verification {
  readonly month: Month
  /** Null if the manifest is missing, unreadable, or of another month. Then nothing else was read. */
  readonly manifest: Manifest | null
}

/** Verifies an archived month without the database. */
export async function verifyArchivedMonth(
  reader: ArchiveReader,
  month: Month,
  options: VerifyArchiveOptions,
): Promise<ArchiveVerification> {
  const written = await reader.get(manifestKey(month))
  if (written === null)
    return unverified(month, { about: 'archive', problem: 'missing', month, detail: 'manifest.note' })
  const manifest = readManifest(written.toString('utf8'))
  if (manifest?.month !== month)
    return unverified(month, { about: 'archive', problem: 'unreadable', month, detail: '' })
  const parts = archivedMonth(reader, manifest)
  const checked = await checkMonth(parts.source, {
    streams: new Set(manifest.streams.map(({ stream }) => stream)),
    copies: options.checkpoints === null ? null : copiesOf(options.checkpoints, manifest),
    onRecord: options.onRecord,
  })
  const findings = [
    ...parts.findings(),
    ...claimProblems(manifest, checked),
    ...(await trustProblems(manifest, checked, options)),
  ]
  const { verification } = checked
  const isPinned = options.pinned !== null && !findings.some(({ problem }) => problem === 'key')
  return {
    ...verification,
    month,
    manifest,
    intact: verification.intact && findings.length === 0,
    findings: [...findings, ...verification.findings],
    found: verification.found + findings.length,
    trust: isPinned && verification.trust !== 'none' ? 'pinned' : verification.trust,
  }
}

/** `findings` returns the problems of the parts that were read so far. */
export function archivedMonth(
  reader: ArchiveReader,
  manifest: Manifest,
): { readonly source: MonthSource; findings(): ArchiveFinding[] } {
  const { month, parts } = manifest
  const findings: ArchiveFinding[] = []

  async function read(part: Manifest['parts']['events'][number], onLine: (line: Buffer) => void): Promise<void> {
    const problem = await readPart(reader, month, part, onLine)
    if (problem !== null) findings.push({ about: 'archive', problem, month, detail: part.name })
  }

  return {
    source: {
      async *notes() {
        for (const part of parts.checkpoints) {
          const notes: string[] = []
          await read(part, (line) => notes.push(noteOf(line)))
          yield* notes
        }
      },
      async lines(onLine) {
        for (const part of parts.events) await read(part, onLine)
      },
    },
    findings: () => findings,
  }
}

function noteOf(line: Buffer): string {
  const checkpoint = membersOf({ line, start: 0, end: line.length })?.checkpoint
  return typeof checkpoint === 'string' ? checkpoint : ''
}

async function* copiesOf(directory: string, { checkpoints }: Manifest): AsyncGenerator<string> {
  if (checkpoints === null) return
  for await (const note of checkpointFiles(directory)) {
    const number = readCheckpoint(note)?.number ?? 0
    if (number > checkpoints.last) return
    if (number >= checkpoints.first) yield note
  }
}

function claimProblems(manifest: Manifest, { heads, events, digest, verification }: CheckedMonth): ArchiveFinding[] {
  const { month, streams, checkpoints } = manifest
  const finding = (problem: ArchiveProblem, detail: string) => ({ about: 'archive', problem, month, detail }) as const
  const findings = streams.flatMap(({ stream, last, root, state }) => {
    const head = heads.get(stream)
    const isSame = head?.size === last && head.root === root && head.state === state
    return isSame ? [] : [finding('streams', `stream ${stream}`)]
  })
  const read = verification.checkpoints
  if ((read?.first ?? null) !== (checkpoints?.first ?? null) || (read?.last ?? null) !== (checkpoints?.last ?? null))
    findings.push(finding('streams', 'the first or the last checkpoint'))
  if (events !== manifest.events || digest !== manifest.digest)
    findings.push(
      finding('events', `it has ${events} events, and they are not the ${manifest.events} that its manifest names`),
    )
  if (verification.unsigned > 0)
    findings.push(finding('events', `it has ${verification.unsigned} events that no checkpoint has signed`))
  return findings
}

/** Checks the manifest's signature, and that its key and the pinned key belong to the log. */
async function trustProblems(
  manifest: Manifest,
  { verification }: CheckedMonth,
  { pinned }: VerifyArchiveOptions,
): Promise<ArchiveFinding[]> {
  const { month, signer, signed, keyChanges } = manifest
  if (!signed) return [{ about: 'archive', problem: 'signature', month, detail: signer.text }]
  const { keys, checkpoints } = verification
  const newest = readPublicKey(keys.at(-1) ?? '')
  async function belongsToLog({ text }: PublicKey): Promise<boolean> {
    if (newest === null || checkpoints === null) return text === signer.text
    if (keys.includes(text)) return true
    return (await connectKeys({ key: newest, number: checkpoints.last }, text, keyChanges, nodeCrypto)) !== null
  }
  const findings: ArchiveFinding[] = []
  for (const key of pinned === null ? [signer] : [signer, pinned])
    if (!(await belongsToLog(key))) findings.push({ about: 'archive', problem: 'key', month, detail: key.text })
  return findings
}

/** The result for an archive without a usable manifest. */
function unverified(month: Month, finding: ArchiveFinding): ArchiveVerification {
  return {
    month,
    manifest: null,
    intact: false,
    findings: [finding],
    found: 1,
    streams: 0,
    events: 0,
    unsigned: 0,
    unsignedStreams: [],
    checkpoints: null,
    keys: [],
    trust: 'none',
    archived: [],
    recovered: [],
    anchored: false,
    copied: null,
  }
}
