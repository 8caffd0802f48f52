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

/** Sections without remedies: each message shows its own. */
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
        .map((error) => [`${code(error.code)} (${error.status})`, error.onPage.reason, error.onPage.remedy]),
    ),
    internal: list(
      errors.filter(({ status }) => status === internal).map((error) => [code(error.code), error.onPage.reason]),
    ),
    ...Object.fromEntries(rules),
  }
}

function partOf(path: string): string {
  const section = sections.find(([, pattern]) => pattern.test(path))
  if (section === undefined) throw new Error(`errors.md has no section for the denials of ${path}`)
  return section[0]
}
