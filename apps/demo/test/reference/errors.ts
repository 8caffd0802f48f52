import { listDenials, listErrors, type Sentence } from './sentences.ts'
import { code, joined, table } from './table.ts'

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
  const denials = [...(await listDenials())].map(([path, list]) => ({ part: partOf(path), list }))
  const rules = sections.map(([part]) => {
    const list = denials.flatMap((one) => (one.part === part ? one.list : []))
    return [part, table(['rule', 'what happened', 'remedy'], joined(list.map(rowOf), 0))]
  })
  return {
    answered: table(
      ['code', 'status', 'what happened', 'remedy'],
      errors
        .filter(({ status }) => status !== internal)
        .map(({ status, ...error }) => rowOf(error).toSpliced(1, 0, String(status))),
    ),
    internal: table(['code', 'what happened', 'remedy'], errors.filter(({ status }) => status === internal).map(rowOf)),
    ...Object.fromEntries(rules),
  }
}

function partOf(path: string): string {
  const section = sections.find(([, pattern]) => pattern.test(path))
  if (section === undefined) throw new Error(`errors.md has no section for the denials of ${path}`)
  return section[0]
}

function rowOf(sentence: Pick<Sentence, 'code' | 'reason' | 'next'>): string[] {
  return [code(sentence.code), sentence.reason, sentence.next]
}
