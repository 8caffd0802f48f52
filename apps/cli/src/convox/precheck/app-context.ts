import { readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Context } from '../../invocation/context.ts'

/** What determines the app of a command without `--app`. */
export interface AppContext {
  /** The content of `.convox/app`, or null. */
  readonly appSetting: string | null
  /** The last segment of the working directory. */
  readonly directory: string
}

/** @returns null if the directory has a second name by a symbolic link, because convox may use either name as the app */
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

/** A directory has two names if the user entered it through a symbolic link. */
function hasTwoNames(cwd: string, pwd: string | undefined): boolean {
  if (pwd === undefined || basename(pwd) === basename(cwd)) return false
  const [cwdStats, pwdStats] = [cwd, pwd].map((path) => statSync(path, { throwIfNoEntry: false }))
  return cwdStats !== undefined && cwdStats.ino === pwdStats?.ino && cwdStats.dev === pwdStats.dev
}
