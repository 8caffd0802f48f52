/** Aborts at Ctrl-C, and when the terminal goes away. Until it is asked for, these end the program as always. */
export function interruption(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => controller.abort())
  return controller.signal
}
