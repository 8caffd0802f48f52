import { existsSync } from 'node:fs'
import { Usage } from '../errors/errors.ts'
import type { Context } from '../invocation/context.ts'

/** `because` says why no browser can be opened here; null if the user passed `--no-browser`. */
export type Flow = { readonly kind: 'loopback' } | { readonly kind: 'device'; readonly because: string | null }

/** @param browser `true` for `--browser`, `false` for `--no-browser` */
export function chooseFlow(
  { env, interactive }: Pick<Context, 'env' | 'interactive'>,
  browser: boolean | undefined,
  exists: (path: string) => boolean = existsSync,
): Flow {
  if (browser === true) return { kind: 'loopback' }
  if (browser === false) return { kind: 'device', because: null }
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

/** @throws Usage for flags that contradict each other */
export function checkFlags({ token, browser, rackOnly }: LoginFlags): void {
  if (token === undefined) return
  if (browser !== undefined)
    throw new Usage('--token needs no browser.', 'Leave out --token, or leave out --browser and --no-browser.')
  if (rackOnly)
    throw new Usage(
      '--rack-only is for a new session, and --token passes an existing token.',
      'Leave out --rack-only or --token.',
    )
}
