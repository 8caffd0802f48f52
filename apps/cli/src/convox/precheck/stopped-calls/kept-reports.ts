import { rmSync, statSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { preparePrivateDirectory, readPrivateFile, writePrivateFile } from '@rack-gateway/config/private-file'
import { fileNamesIn, keptDirectory } from './kept-directory.ts'
import type { StoppedCallReport } from './send-report.ts'

/** Files of all gateways together. */
const maxFiles = 32
/** Characters of one file. */
const maxLength = 32 * 1024
/** Milliseconds until a report is removed. */
const maxAge = 7 * 24 * 60 * 60 * 1000

/** Reports that the gateway has not received yet, each in a file. */
export interface KeptReports {
  /** Ignores disk errors. Does not keep a report that is too long, or that is one too many. */
  keep(report: StoppedCallReport): void
  /**
   * Removes the next report of the principal, and returns it; null if there is none. Of two processes, only one gets a
   * report.
   */
  take(principal: string): StoppedCallReport | null
}

export function keptReports(configPath: string, origin: string): KeptReports {
  const directory = keptDirectory(configPath)
  const prefix = `${encodeURIComponent(new URL(origin).host)} `

  return {
    keep(report) {
      const path = join(directory, `${prefix}${report.id}.json`)
      const text = JSON.stringify(report)
      if (text.length > maxLength || namesIn(directory).length >= maxFiles) return
      try {
        preparePrivateDirectory(path, [])
        writePrivateFile(path, text)
      } catch {
        // The report is lost. The command has been stopped anyway.
      }
    },
    take(principal) {
      for (const name of namesIn(directory)) {
        const path = join(directory, name)
        const report = name.startsWith(prefix) ? readReport(path) : null
        if (report?.principal === principal && removeFile(path)) return report
      }
      return null
    },
  }
}

/** Removes reports that are too old. */
function namesIn(directory: string): string[] {
  return fileNamesIn(directory).filter((name) => {
    const path = join(directory, name)
    try {
      if (Date.now() - statSync(path).mtimeMs <= maxAge) return true
      rmSync(path, { force: true })
    } catch {
      // Another process has removed the file.
    }
    return false
  })
}

function readReport(path: string): StoppedCallReport | null {
  try {
    const report: Partial<StoppedCallReport> | null = JSON.parse(readPrivateFile(path, []) ?? 'null')
    return typeof report?.id === 'string' && typeof report.principal === 'string' ? (report as StoppedCallReport) : null
  } catch {
    return null
  }
}

/** @returns false if another process has removed the file */
function removeFile(path: string): boolean {
  try {
    unlinkSync(path)
    return true
  } catch {
    return false
  }
}
