export function isErrno(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code)
}

/** The system's message without the code, the operation, and the path. The surrounding sentence names the path. */
export function errnoReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.message.replace(/, \w+( '.*')?$/s, '').replace(/^[A-Z0-9]+: /, '')
}
