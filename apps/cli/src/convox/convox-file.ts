import { accessSync, constants, statSync } from 'node:fs'
import { posix, win32 } from 'node:path'

export interface ProcessSettings {
  readonly env: NodeJS.ProcessEnv
  readonly platform: NodeJS.Platform
  /** The directory in which the user typed the command. */
  readonly cwd: string
}

/** The result is `file` for a file that is not executable. */
export type Inspect = (path: string, platform: NodeJS.Platform) => 'program' | 'file' | 'nothing'

export function convoxName(env: NodeJS.ProcessEnv): string {
  return env.CONVOX_BIN || 'convox'
}

/**
 * Searches for a name only in the absolute directories of the PATH. A relative directory, or the working directory that
 * Windows searches, would let another user choose the program. A path in `CONVOX_BIN` is the user's own choice.
 *
 * @returns an absolute path, or null
 */
export function findConvox({ env, platform, cwd }: ProcessSettings, inspect: Inspect = inspectPath): string | null {
  const name = convoxName(env)
  const paths = platform === 'win32' ? win32 : posix
  const candidates = isPath(name, platform)
    ? withExtensions(paths.resolve(cwd, name), env, platform)
    : pathDirectories(env, platform).flatMap((directory) => withExtensions(paths.join(directory, name), env, platform))
  // If no candidate is executable, the error is about the first file.
  return (
    candidates.find((path) => inspect(path, platform) === 'program') ??
    candidates.find((path) => inspect(path, platform) === 'file') ??
    null
  )
}

function isPath(name: string, platform: NodeJS.Platform): boolean {
  return platform === 'win32' ? /[\\/:]/.test(name) : name.includes('/')
}

function pathDirectories(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string[] {
  if (platform !== 'win32') return (env.PATH ?? '').split(':').filter((directory) => directory.startsWith('/'))
  // On Windows, a copy of the environment is case-sensitive, unlike the original. A directory that begins with a single
  // backslash depends on the current drive.
  return (variable(env, 'PATH') ?? '')
    .split(';')
    .map((directory) => directory.replaceAll('"', ''))
    .filter((directory) => /^(?:[a-z]:[\\/]|\\\\)/i.test(directory))
}

/** Windows also finds programs by their name without an extension. */
function withExtensions(path: string, env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string[] {
  if (platform !== 'win32') return [path]
  const extensions = (variable(env, 'PATHEXT') || '.COM;.EXE;.BAT;.CMD').split(';').filter((one) => one !== '')
  const hasExtension = extensions.some((extension) => path.toLowerCase().endsWith(extension.toLowerCase()))
  return [...(hasExtension ? [path] : []), ...extensions.map((extension) => `${path}${extension.toLowerCase()}`)]
}

function variable(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const key = Object.keys(env).find((candidate) => candidate.toUpperCase() === name)
  return key === undefined ? undefined : env[key]
}

function inspectPath(path: string, platform: NodeJS.Platform): ReturnType<Inspect> {
  if (!(statSync(path, { throwIfNoEntry: false })?.isFile() ?? false)) return 'nothing'
  try {
    if (platform !== 'win32') accessSync(path, constants.X_OK)
    return 'program'
  } catch {
    return 'file'
  }
}
