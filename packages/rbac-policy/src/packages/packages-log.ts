import type { PackageLog } from './types.ts'

export interface PackagesLog {
  slow(name: string, busyMs: number): void
  failed(name: string, why: string, error: unknown): void
  /** A message of the package itself. */
  message(name: string, level: 'info' | 'warn' | 'error', message: string): void
}

export function packageLog(name: string, log: Pick<PackagesLog, 'message'>): PackageLog {
  return Object.freeze({
    info: (message: string) => log.message(name, 'info', message),
    warn: (message: string) => log.message(name, 'warn', message),
    error: (message: string) => log.message(name, 'error', message),
  })
}
