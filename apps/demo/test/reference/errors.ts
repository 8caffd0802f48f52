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

/** Sections without remedies: `next` of each response has one. */
const withoutRemedy = new Set(['command', 'login', 'authentication'])

/** The generated parts of errors.md, from the list of all errors and denials. */
export async function errorParts(): Promise<Record<string, string>> {
  const errors = await listErrors()
  const denials = [...(await listDenials())].map(([path, all]) => ({ part: partOf(path), all }))
  const rules = sections.map(([part]) => {
    const all = denials.flatMap((one) => (one.part === part ? one.all : []))
    return [
      part,
      list(
        all.map(({ code: rule, reason, remedy: next }) => [code(rule), reason, withoutRemedy.has(part) ? '' : next]),
      ),
    ]
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
    internal: list(
      errors.filter(({ status }) => status === internal).map((error) => [code(error.code), error.onPage.reason]),
    ),
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
