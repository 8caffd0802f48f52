import { readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Context } from '../../context.ts'

/** What names the app of a command that doesn't name one. */
export interface AppContext {
  /** The content of `.convox/app`; null where there is none. */
  readonly appSetting: string | null
  /** The last segment of the working directory. */
  readonly directory: string
}

/** Null for a directory with two names, since convox may name the app by either. */
export function appContextAt({ cwd, env }: Pick<Context, 'cwd' | 'env'>): AppContext | null {
  return hasTwoNames(cwd, env.PWD) ? null : { appSetting: appSetting(cwd), directory: basename(cwd) }
}

function appSetting(cwd: string): string | null {
  try {
    return readFileSync(join(cwd, '.convox', 'app'), 'utf8')
  } catch {
    return null
  }
}

/** So it is for whoever came by a link. */
function hasTwoNames(cwd: string, shown: string | undefined): boolean {
  if (shown === undefined || basename(shown) === basename(cwd)) return false
  const [here, there] = [cwd, shown].map((path) => statSync(path, { throwIfNoEntry: false }))
  return here !== undefined && here.ino === there?.ino && here.dev === there.dev
}
