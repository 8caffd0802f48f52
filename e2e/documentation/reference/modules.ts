import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { filesBelow, shortName } from '../../support/documents.ts'

export const workspace: string = fileURLToPath(new URL('../../..', import.meta.url))

/** What each `src/errors.ts`, or `src/errors/errors.ts` of a package with rooms, exports. */
export async function errorModules(isWanted: (path: string) => boolean = () => true): Promise<unknown[]> {
  const units = ['packages', 'apps'].flatMap((folder) =>
    readdirSync(`${workspace}${folder}`).flatMap((name) => [
      `${folder}/${name}/src/errors.ts`,
      `${folder}/${name}/src/errors/errors.ts`,
    ]),
  )
  return Promise.all(units.filter((path) => isWanted(path) && existsSync(`${workspace}${path}`)).map(exportsOf))
}

/** Source files of the packages that can export a denial: those that export a constant, and mention a rule or a denial. */
export function denialModules(): string[] {
  return filesBelow(`${workspace}packages`, ['.ts'])
    .map((path) => shortName(workspace, path))
    .filter((path) => /\/src\//.test(path) && !/\.test\.ts$|\/testing\//.test(path))
    .filter((path) => {
      const text = readFileSync(`${workspace}${path}`, 'utf8')
      return text.includes('export const') && /\brule\b|deny|denial/i.test(text)
    })
}

/** The values that a source file exports, whether its package passes them on or not. */
export async function exportsOf(path: string): Promise<unknown[]> {
  const module: object = await import(`${workspace}${path}`)
  return Object.entries(module)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, value]) => value)
}
