import { ruleMeanings } from './error-descriptions.ts'
import { repeatsName } from './repeats-name.ts'
import { decisionRules, expiryRules, type RuleRow, requestRules } from './rule-tables.ts'
import { allRules } from './rules.ts'
import { type ListedError, listDenials, listErrors, type Sentence } from './sentences.ts'
import { code, joined, list } from './table.ts'

/** A status of 500 is for what no caller gets: failed starts, bad data, the command line. */
const internal = 500

/** Codes of the `rack-gateway` command, which appear only with their message. */
const ofCommand = /^RGW_(?:CLI|CONFIG_(?:FILE|DIRECTORY))_/

/** The end of a reason that only says that the login or the request is denied. */
const consequence = /, so (?:you are not logged in|you cannot log in now|it was rejected|this one was canceled)\.$/

/** Which denials a section of the page has, by source file: the first that matches. */
const sections: readonly (readonly [part: string, path: RegExp])[] = [
  ['command', /\/cli-login\//],
  ['login', /\/login-denial\.ts$/],
  ['authentication', /^packages\/auth\//],
  ['target', /^packages\/convox-api\//],
]

/** The generated parts of errors.md, from the list of all errors and denials. */
export async function errorParts(): Promise<Record<string, string>> {
  const errors = await listErrors()
  const denials = [...(await listDenials())].map(([path, all]) => ({ part: partOf(path), all }))
  const rules = sections.map(([part]): [string, string] => {
    const all = denials.flatMap((one) => (one.part === part ? one.all : []))
    const names = [...new Set(all.map((denial) => denial.code))]
    const items = list(names.map((rule) => ruleItem(rule, all)))
    return [part, part === 'authentication' ? `${items}\n${ruleList(expiryRules)}` : items]
  })
  const unanswered = errors.filter(({ status }) => status === internal)
  return {
    answered: list(
      joined(
        errors
          .filter(({ status }) => status !== internal)
          .map(({ code: name, status, onPage }) => [name, String(status), onPage.reason, pointerOf(onPage.remedy)]),
        1,
        ' or ',
      ).map(([name = '', statuses = '', ...parts]) => [`${code(name)} (${statuses})`, ...parts]),
    ),
    internal: explainedCodes(unanswered.filter(({ code: name }) => !ofCommand.test(name))),
    client: `${unanswered.flatMap(({ code: name }) => (ofCommand.test(name) ? [code(name)] : [])).join(', ')}.`,
    ...Object.fromEntries(rules),
    decisions: ruleList(decisionRules),
    requests: `These rules mean the same as the code with their name (\`RGW_NOT_FOUND\`): ${rulesNamedAs(errors, rules.join())}.\n\n${ruleList(requestRules)}`,
  }
}

function ruleList(rows: readonly RuleRow[]): string {
  return list(
    rows.map(([groups, meaning]) => [
      groups
        .map(([status, ...rules]) => `${rules.map(code).join(', ')}${status === '' ? '' : ` (${status})`}`)
        .join(', '),
      meaning,
    ]),
  )
}

/** Rules that no list explains, because an error has the same name. The page names `audit-unavailable` among those of events. */
function rulesNamedAs(errors: readonly ListedError[], lists: string): string {
  const codes = new Set(errors.map((error) => error.code))
  const explained = `${lists}${ruleList([...decisionRules, ...requestRules])}${code('audit-unavailable')}`
  return [...allRules().keys()]
    .filter((rule) => codes.has(`RGW_${rule.toUpperCase().replaceAll('-', '_')}`) && !explained.includes(code(rule)))
    .toSorted()
    .map(code)
    .join(', ')
}

/** Codes with a short reason. Those whose name says it share an item. */
function explainedCodes(errors: readonly ListedError[]): string {
  const items = errors.map(({ code: name, onPage }) => [code(name), shortReason(onPage.reason), name] as const)
  const plain = items.filter(([, reason, name]) => repeatsName(name, reason))
  return list([
    ...items.flatMap((item) => (plain.includes(item) ? [] : [[item[0], item[1]] as const])),
    [plain.map(([name]) => name).join(', '), 'the name says it'],
  ])
}

/** The first sentence, without values in parentheses and at the end. */
function shortReason(reason: string): string {
  return reason
    .replace(/(?<=\.) [A-Z].*/, '')
    .replace(/ \([^()]*…\)/g, '')
    .replace(/: …\.?$/, '.')
}

/** A rule with a short reason. Its remedies depend on the case, so only the message has them. */
function ruleItem(rule: string, denials: readonly Sentence[]): [string, string] {
  const [reason, ...others] = denials.flatMap((denial) => (denial.code === rule ? [denial.reason] : []))
  const meaning = others.length > 0 ? ruleMeanings[rule] : reason
  if (meaning === undefined)
    throw new Error(`say in errorDescriptions.ts what all reasons of the rule ${rule} have in common`)
  return [code(rule), shortReason(meaning).replace(consequence, '.')]
}

/** A remedy that names another place of the documentation; otherwise nothing. */
function pointerOf(remedy: string): string {
  return remedy.includes('](') ? remedy : ''
}

function partOf(path: string): string {
  const section = sections.find(([, pattern]) => pattern.test(path))
  if (section === undefined) throw new Error(`errors.md has no section for the denials of ${path}`)
  return section[0]
}
