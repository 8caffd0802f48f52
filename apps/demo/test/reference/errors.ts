import { listDenials, listErrors } from './sentences.ts'
import { code, list } from './table.ts'

/** A status of 500 is for what no caller gets: failed starts, bad data, the command line. */
const internal = 500

/** Which denials a section of the page has, by source file: the first that matches. */
const sections: readonly (readonly [part: string, path: RegExp])[] = [
  ['command', /\/cli-login\//],
  ['login', /\/login\//],
  ['authentication', /^packages\/auth\//],
  ['target', /^packages\/convox-api\//],
]

/** The generated parts of errors.md, from the list of all errors and denials. */
export async function errorParts(): Promise<Record<string, string>> {
  const errors = await listErrors()
  const denials = [...(await listDenials())].map(([path, all]) => ({ part: partOf(path), all }))
  const rules = sections.map(([part]) => {
    const all = denials.flatMap((one) => (one.part === part ? one.all : []))
    // A rule never appears without its reason, so the page has only the names.
    return [part, `${[...new Set(all.map((one) => code(one.code)))].join(', ')}.`]
  })
  return {
    answered: list(
      errors
        .filter(({ status }) => status !== internal)
        .map(({ code: name, status, onPage }) => [
          `${code(name)} (${status})`,
          onPage.reason,
          pointerOf(onPage.remedy),
        ]),
    ),
    internal: `${errors
      .filter(({ status }) => status === internal)
      .map((error) => code(error.code))
      .join(', ')}.`,
    ...Object.fromEntries(rules),
  }
}

/** A remedy that names another place of the documentation; otherwise nothing. */
function pointerOf(remedy: string): string {
  return remedy.includes('](') || /^See the rule/.test(remedy) ? remedy : ''
}

function partOf(path: string): string {
  const section = sections.find(([, pattern]) => pattern.test(path))
  if (section === undefined) throw new Error(`errors.md has no section for the denials of ${path}`)
  return section[0]
}
