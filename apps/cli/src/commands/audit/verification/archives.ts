import {
  type ArchiveRecord,
  type ArchiveVerification,
  directoryArchive,
  manifestKey,
  type Verification,
  type VerifyArchiveOptions,
  verifyArchivedMonth,
} from '@rack-gateway/audit/verify'
import { Usage } from '../../../errors/errors.ts'

/** Verifies the archived months in a directory, oldest first. @throws Usage if the directory has none */
export async function verifyArchives(
  directory: string,
  options: VerifyArchiveOptions,
): Promise<{ readonly archives: ArchiveVerification[]; readonly records: ArchiveRecord[] }> {
  const reader = directoryArchive(directory)
  const archives: ArchiveVerification[] = []
  const records: ArchiveRecord[] = []
  for (const month of await reader.months()) {
    archives.push(await verifyArchivedMonth(reader, month, options))
    const manifest = await reader.get(manifestKey(month))
    if (manifest !== null) records.push({ manifest: manifest.toString('utf8'), place: directory })
  }
  if (archives.length === 0)
    throw new Usage(
      `--archive ${directory} has no archived month.`,
      'Name the directory that has months such as 2026-10.',
    )
  return { archives, records }
}

/** Adds a finding if the log records a different manifest for the month: then the archive was replaced. */
export function compareWithLog(archive: ArchiveVerification, log: Verification | null): ArchiveVerification {
  const recorded = log?.archived.find(({ month }) => month === archive.month)
  if (recorded === undefined || archive.manifest === null || recorded.manifest === archive.manifest.hash) return archive
  const finding = { about: 'archive', problem: 'replaced', month: archive.month, detail: recorded.manifest } as const
  return { ...archive, intact: false, findings: [finding, ...archive.findings], found: archive.found + 1 }
}
