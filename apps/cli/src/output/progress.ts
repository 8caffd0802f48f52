import type { Context } from '../invocation/context.ts'

const delay = 1_000
const interval = 1_000

/**
 * If the command prints nothing for a second, shows a progress line with the elapsed seconds on the terminal.
 *
 * @param activity such as `asking the gateway`; null for no progress line
 */
export async function withProgress<T>(
  context: Context,
  activity: string | null,
  run: (context: Context) => Promise<T>,
): Promise<T> {
  if (activity === null || !context.interactive) return run(context)
  const start = performance.now()
  let isShown = false
  const show = () => {
    isShown = true
    context.status(`${activity} … ${Math.round((performance.now() - start) / 1_000)} s`)
  }
  let timer: NodeJS.Timeout = setTimeout(() => {
    show()
    timer = setInterval(show, interval)
  }, delay)
  const stop = () => {
    clearTimeout(timer)
    if (isShown) context.status('')
    isShown = false
  }
  const stopBefore =
    <A extends unknown[], R>(output: (...args: A) => R) =>
    (...args: A): R => {
      stop()
      return output(...args)
    }
  const { print, note, instruct, ask, readSecret } = context
  try {
    return await run({
      ...context,
      print: stopBefore(print),
      note: stopBefore(note),
      instruct: stopBefore(instruct),
      ask: stopBefore(ask),
      readSecret: stopBefore(readSecret),
    })
  } finally {
    stop()
  }
}
