import { existsSync } from 'node:fs'
import type { Context } from '../context.ts'
import { Usage } from '../errors.ts'

/** How a login goes: fixed when it begins. `because` says why nobody's browser can be opened from here. */
export type Flow = { readonly kind: 'loopback' } | { readonly kind: 'device'; readonly because: string | null }

/**
 * By a browser on this machine, or by a code that is typed into one somewhere.
 *
 * @param wanted what `--browser` or `--no-browser` said, or undefined
 */
export function chooseFlow(
  { env, interactive }: Pick<Context, 'env' | 'interactive'>,
  wanted: boolean | undefined,
  exists: (path: string) => boolean = existsSync,
): Flow {
  if (wanted === true) return { kind: 'loopback' }
  if (wanted === false) return { kind: 'device', because: null }
  if (env.SSH_CONNECTION || env.SSH_TTY) return { kind: 'device', because: 'over SSH' }
  if (isContainer(env, exists)) return { kind: 'device', because: 'in a container' }
  return interactive ? { kind: 'loopback' } : { kind: 'device', because: 'without a terminal' }
}

function isContainer(env: NodeJS.ProcessEnv, exists: (path: string) => boolean): boolean {
  if (env.container || env.KUBERNETES_SERVICE_HOST) return true
  return ['/.dockerenv', '/run/.containerenv'].some(exists)
}

export interface LoginFlags {
  readonly token: string | undefined
  readonly browser: boolean | undefined
  readonly rackOnly: boolean
}

/** @throws Usage for flags that say two things */
export function checkFlags({ token, browser, rackOnly }: LoginFlags): void {
  if (token === undefined) return
  if (browser !== undefined) throw new Usage('--token needs no browser.', 'Leave one of the two options out.')
  if (rackOnly)
    throw new Usage(
      '--rack-only is for a new session, and --token is an existing one.',
      'Leave one of the two options out.',
    )
}
