import type { PackageLog } from './types.ts'

/** What the gateway's log is told. */
export interface PackagesLog {
  slow(name: string, busyMs: number): void
  failed(name: string, why: string, error: unknown): void
  /** The package's own words. */
  said(name: string, level: 'info' | 'warn' | 'error', message: string): void
}

export function packageLog(name: string, log: Pick<PackagesLog, 'said'>): PackageLog {
  return Object.freeze({
    info: (message: string) => log.said(name, 'info', message),
    warn: (message: string) => log.said(name, 'warn', message),
    error: (message: string) => log.said(name, 'error', message),
  })
}
