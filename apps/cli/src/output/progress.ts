import type { Context } from '../context.ts'

const silentFor = 1_000
const every = 1_000

/**
 * Runs a command, and says on the terminal what is waited for when it hasn't said a word for a second, with the seconds
 * since. What it says then takes the place of that line. Nothing of it reaches a pipe or a file.
 *
 * @param what such as `asking the gateway`; without it nothing is ever said
 */
export async function withProgress<T>(
  context: Context,
  what: string | undefined,
  run: (context: Context) => Promise<T>,
): Promise<T> {
  if (what === undefined || !context.interactive) return run(context)
  const began = performance.now()
  let isShown = false
  const show = () => {
    isShown = true
    context.status(`${what} … ${Math.round((performance.now() - began) / 1_000)} s`)
  }
  let timer: NodeJS.Timeout = setTimeout(() => {
    show()
    timer = setInterval(show, every)
  }, silentFor)
  const end = () => {
    clearTimeout(timer)
    if (isShown) context.status('')
    isShown = false
  }
  const quiet =
    <A extends unknown[], R>(say: (...of: A) => R) =>
    (...of: A): R => {
      end()
      return say(...of)
    }
  const { print, note, instruct, ask, readSecret } = context
  try {
    return await run({
      ...context,
      print: quiet(print),
      note: quiet(note),
      instruct: quiet(instruct),
      ask: quiet(ask),
      readSecret: quiet(readSecret),
    })
  } finally {
    end()
  }
}
