import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { BadSetting } from '../../errors/errors.ts'

const maxLength = 64

/**
 * The rack in `.convox/rack`; empty if there is none. The file is not trusted, because it may be a link to a device or
 * to a secret. So the content is used only if it can be a name, and is never shown.
 *
 * @throws BadSetting for an unusable file, because the command must not run on another rack
 */
export function projectRack(cwd: string): string {
  const path = join(cwd, '.convox', 'rack')
  let name: string | null
  try {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats === undefined || stats.isDirectory()) return ''
    name = stats.isFile() && stats.size <= 4 * maxLength ? readFileSync(path, 'utf8').trim() : null
  } catch {
    name = null
  }
  if (name !== null && /^\P{Cc}*$/u.test(name) && name.length <= maxLength) return name
  throw new BadSetting(
    '.convox/rack cannot be read, or does not contain the name of a rack.',
    'Correct it, or name the rack with --rack or GATEWAY_RACK.',
  )
}
