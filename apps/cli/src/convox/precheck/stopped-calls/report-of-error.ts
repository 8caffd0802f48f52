/** An error that stopped a call. A property, because the scripts of the bundle share no variables. */
interface ReportedError extends Error {
  readonly report: () => Promise<void>
}

/** @param report called after the error is printed, so that the report does not delay the message */
export function withReport<E extends Error>(error: E, report: () => Promise<void>): E & ReportedError {
  return Object.assign(error, { report })
}

/** Reports the call that the error stopped. Ignores failures, and errors without a report. */
export async function reportCallOf(error: unknown): Promise<void> {
  if (!(error instanceof Error) || !('report' in error)) return
  await (error as ReportedError).report().catch(() => undefined)
}
