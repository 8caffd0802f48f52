import { readdirSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { Usage } from '../../errors/errors.ts'
import { printable } from '../../terminal/terminal.ts'

const caseFile = /\.cases\.ya?ml$/

/** Each named file, and each `*.cases.yaml` or `*.cases.yml` below a named directory. @throws Usage */
export function caseFiles(cwd: string, paths: readonly string[]): string[] {
  return [...new Set(paths.flatMap((path) => filesAt(cwd, path)))]
}

function filesAt(cwd: string, path: string): string[] {
  const found = statSync(resolve(cwd, path), { throwIfNoEntry: false })
  if (found === undefined)
    throw new Usage(`${printable(path)} cannot be read: there is no such file or directory.`, 'Check the spelling.')
  if (!found.isDirectory()) return [path]
  const files = readdirSync(resolve(cwd, path), { recursive: true, encoding: 'utf8' })
    .filter((name) => caseFile.test(name) && !/(^|[\\/])node_modules[\\/]/.test(name))
    .sort()
  if (files.length === 0)
    throw new Usage(
      `${printable(path)} has no cases.`,
      'Files of cases end in .cases.yaml. See: rack-gateway policy test --help',
    )
  return files.map((name) => join(path, name))
}

/** The policy.yaml in the directory of a file of cases, or null. */
export function adjacentDocument(cwd: string, file: string): string | null {
  const path = join(dirname(file), 'policy.yaml')
  return statSync(resolve(cwd, path), { throwIfNoEntry: false })?.isFile() ? path : null
}

/** Resolves a path that `file` contains. A name such as `@built-in` stays unchanged. */
export function relativeToFile(file: string, path: string): string {
  return path.startsWith('@') || isAbsolute(path) ? path : join(dirname(file), path)
}
