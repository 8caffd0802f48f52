import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { EventDraft, eventKinds } from '@rack-gateway/audit'
import { checkCommandLine } from '@rack-gateway/cli/reference'
import { type Metric, metricTable } from '@rack-gateway/gateway'
import { describe, expect, test } from 'vitest'
import { brokenLinks, filesBelow, shortName, withParts } from '../support/documents.ts'
import { accessRequestParts } from './reference/access-requests.ts'
import { apiParts } from './reference/api.ts'
import { claimParts } from './reference/claims.ts'
import { cliParts } from './reference/cli.ts'
import { cliJsonTypes } from './reference/cli-json.ts'
import { commandParts } from './reference/commands.ts'
import { configurationParts } from './reference/configuration.ts'
import { errorParts } from './reference/errors.ts'
import { detailNames, eventParts, faultsOf } from './reference/events.ts'
import { manual } from './reference/manual.ts'
import { metricParts } from './reference/metrics.ts'
import { policyDocumentParts } from './reference/policy-document.ts'
import { rackApiParts } from './reference/rack-api.ts'
import { roleParts } from './reference/roles.ts'
import { decisionRules, expiryRules, requestRules } from './reference/rule-tables.ts'
import { allRules, ruleStatuses, rulesIn } from './reference/rules.ts'
import { sourceTexts, textsIn } from './reference/source-texts.ts'

const run = promisify(execFile)
const workspace = fileURLToPath(new URL('../..', import.meta.url))
const pages = filesBelow(workspace, ['.md']).map((path) => ({ path, name: shortName(workspace, path) }))
const docs = pages.filter(({ name }) => name.startsWith('docs/') || !name.includes('/'))
const files = filesBelow(workspace, ['.ts', '.mjs', '.json'])
const source = files
  .filter((path) => path !== fileURLToPath(import.meta.url))
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n')

const shipped = filesBelow(workspace, ['.ts']).filter((path) => !/\.test\.ts$|\/test(ing)?\/|\/apps\/demo\//.test(path))

/** `vitest run e2e/documentation/docs.test.ts -u` brings the pages up to date. */
describe('the generated parts of the pages are those of the code', () => {
  test.each([
    ['reference/access-requests.md', accessRequestParts],
    ['reference/errors.md', errorParts],
    ['reference/events.md', eventParts],
    ['reference/roles.md', roleParts],
    ['reference/rack-api.md', rackApiParts],
    ['reference/commands.md', commandParts],
    ['reference/api.md', apiParts],
    ['reference/configuration.md', configurationParts],
    ['reference/metrics.md', metricParts],
    ['reference/policy-document.md', policyDocumentParts],
    ['reference/cli.md', cliParts],
    ['how-to/keyless-ci.md', claimParts],
  ])('%s', async (name, parts) => {
    const path = `${workspace}docs/${name}`
    const made = withParts(readFileSync(path, 'utf8'), await parts())
    await expect(made).toMatchFileSnapshot(path)
  })

  test('reference/cli-json.d.ts', async () => {
    await expect(cliJsonTypes()).toMatchFileSnapshot(`${workspace}docs/reference/cli-json.d.ts`)
  })

  test('the manual page rack-gateway(1)', async () => {
    const { version } = JSON.parse(readFileSync(`${workspace}apps/cli/package.json`, 'utf8'))
    await expect(await manual(version)).toMatchFileSnapshot(`${workspace}apps/cli/man/rack-gateway.1`)
  })

  test.skipIf(!existsSync('/usr/bin/mandoc'))('which mandoc can read (runs where it is installed)', async () => {
    const page = `${workspace}apps/cli/man/rack-gateway.1`
    // The missing date is on purpose: it would change at every generation.
    const { stdout } = await run('/usr/bin/mandoc', ['-Tlint', '-Wwarning', page]).catch(
      (error: { stdout: string }) => error,
    )
    expect(stdout.split('\n').filter((line) => line !== '' && !line.includes('missing date'))).toEqual([])
  })
})

describe('names in the documentation exist', () => {
  test.each(pages)('every link of $name', ({ path }) => {
    expect(brokenLinks(path, readFileSync(path, 'utf8'))).toEqual([])
  })

  test.each(docs)('every error code, variable, script and source file of $name', ({ path }) => {
    const text = readFileSync(path, 'utf8')
    expect(codesIn(text).filter((name) => !isWordOf(source, name))).toEqual([])
    expect(variablesIn(text).filter((name) => !isWordOf(source, name))).toEqual([])
    expect(scriptsIn(text).filter((name) => !(name in rootScripts()))).toEqual([])
    expect(metricsIn(text).filter((name) => !metricNames.has(name))).toEqual([])
    expect(sourceFilesIn(text).filter((name) => !files.some((file) => file.endsWith(`/${name}`)))).toEqual([])
  })

  test.each(pages)('every rack-gateway command of $name can be typed', async ({ path }) => {
    for (const line of typedLines(readFileSync(path, 'utf8')))
      await expect(checkCommandLine(line), line).resolves.toBeDefined()
  })

  test('every error code of the code is on the page of errors', () => {
    const codes = shipped.flatMap((path) => codesIn(readFileSync(path, 'utf8')))
    const page = readFileSync(`${workspace}docs/reference/errors.md`, 'utf8')
    expect([...new Set(codes)].filter((name) => !isWordOf(page, name))).toEqual([])
  })

  test('every kind and field of an event is on the page of events', () => {
    const page = readFileSync(`${workspace}docs/reference/events.md`, 'utf8')
    const names = [...eventKinds, ...Object.keys(EventDraft.properties)]
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  })

  describe('event-examples.jsonl has one example of each kind', () => {
    const page = readFileSync(`${workspace}docs/reference/events.md`, 'utf8')
    const lines = readFileSync(`${workspace}docs/reference/event-examples.jsonl`, 'utf8').trimEnd().split('\n')
    const examples = lines.map((line) => ({ line, ...JSON.parse(line) }))

    test('and no other', () => {
      expect(examples.map(({ kind }) => kind).toSorted()).toEqual([...eventKinds].toSorted())
    })

    test.each(examples)('$kind: fields of the schema, in canonical form', ({ line }) => {
      expect(faultsOf(line)).toEqual([])
    })

    test.each(examples)('$kind: the table lists what `detail` has, by names of the code', ({ kind, detail = {} }) => {
      const names = detailNames(page, kind)
      if (names === null) return
      expect(Object.keys(detail).filter((name) => !names.includes(name))).toEqual([])
      expect(names.filter((name) => !isWordOf(source, name))).toEqual([])
    })
  })

  test('every rule of the page of errors is a rule of the code', () => {
    const page = readFileSync(`${workspace}docs/reference/errors.md`, 'utf8')
    const terms = [...page.matchAll(/^- (`[a-z].*?): /gm)].map(([, term = '']) => term)
    const rules = terms.flatMap((term) => term.match(/[a-z]+(?:-[a-z]+)+/g) ?? [])
    expect(rules.length).toBeGreaterThan(30)
    const code = shipped.map((path) => readFileSync(path, 'utf8')).join('\n')
    expect(rules.filter((rule) => !code.includes(`'${rule}'`) && !code.includes(`:${rule}'`))).toEqual([])
  })

  describe('rules of the code', () => {
    const statuses = allRules()
    const rules = [...statuses.keys()]

    test('are all on the page of errors', () => {
      const named = termsOf('reference/errors.md')
      expect(rules.length).toBeGreaterThan(100)
      expect(rules.filter((rule) => !named.has(rule) && !named.has(`command:${rule}`))).toEqual([])
    })

    test('have the status that the code names', () => {
      const rows = [decisionRules, expiryRules, requestRules].flatMap((all, section) =>
        all.flatMap(([groups]) =>
          groups.flatMap(([status, ...names]) =>
            names.map((name) => [name, status || (section === 1 ? '401' : '403')]),
          ),
        ),
      )
      const checked = rows.flatMap(([name = '', stated = '']) =>
        [...(statuses.get(name) ?? [])].map((status) => ({ name, stated, status })),
      )
      expect(checked.length).toBeGreaterThan(30)
      expect(checked.filter(({ stated, status }) => !stated.includes(status))).toEqual([])
    })

    test('for blocked calls are all on the page of roles', () => {
      const named = termsOf('reference/roles.md')
      expect(rules.filter((rule) => /^(?:blocked:|proxy-)/.test(rule) && !named.has(rule))).toEqual([])
    })

    /** The code of a page, such as `blocked:build`, and the beginning of code with a variable part, such as `condition:<role>`. */
    function termsOf(name: string): ReadonlySet<string> {
      const page = readFileSync(`${workspace}docs/${name}`, 'utf8')
      return new Set([...page.matchAll(/`([a-z][a-z:-]*?):?[`<]/g)].map(([, term = '']) => term))
    }
  })

  test('every page below docs, but for decisions, is reached from docs/README.md', () => {
    const index = readFileSync(`${workspace}docs/README.md`, 'utf8')
    const below = docs.map(({ name }) => name.replace(/^docs\//, '')).filter((name) => name.includes('/'))
    const reached = (name: string) => name.startsWith('decisions/') || index.includes(`](${name})`)
    expect(below.filter((name) => !reached(name))).toEqual([])
  })

  test('every page below docs, but for decisions, begins with the question that it answers', () => {
    const answering = docs.filter(({ name }) => name.startsWith('docs/') && !name.startsWith('docs/decisions/'))
    expect(answering.length).toBeGreaterThan(40)
    const beginnings = answering.map(({ path, name }) => [name, firstSentence(readFileSync(path, 'utf8'))])
    expect(beginnings.filter(([, sentence]) => !sentence?.endsWith('?'))).toEqual([])
  })
})

describe('decision records', () => {
  const records = pages.filter(({ name }) => name.startsWith('docs/decisions/'))
  const texts = records.map(({ path }) => readFileSync(path, 'utf8'))

  test('have at most 500 words each', () => {
    expect(records.length).toBeGreaterThan(30)
    const counts = records.map(({ name }, index) => ({ name, words: countWords(texts[index] ?? '') }))
    expect(counts.filter(({ words }) => words > 500)).toEqual([])
  })

  test('link to every page of measurements', () => {
    const measurements = pages.filter(({ name }) => name.startsWith('bench/results/'))
    expect(measurements.length).toBeGreaterThan(5)
    const isLinked = (name: string) => texts.some((text) => text.includes(`](../../${name})`))
    expect(measurements.map(({ name }) => name).filter((name) => !isLinked(name))).toEqual([])
  })
})

describe('the list of all texts that the product shows has', () => {
  const texts = sourceTexts()

  test.each([
    ['an error from where it is thrown', 'apps/gateway/src/http/body.ts', 'RGW_BAD_FRAME', 'The form broke off'],
    [
      'an error with a fixed text',
      'packages/auth/src/errors/errors.ts',
      'defineError',
      'RGW_LAST_ADMIN No administrator would remain',
    ],
    [
      'a denial of the gateway',
      'apps/gateway/src/calls/parse-request.ts',
      'parseError',
      'duplicate-header The request repeats',
    ],
    ['a denial of a package', 'packages/auth/src/errors/denial.ts', 'deny', 'no-credential No credential was sent.'],
    ['a usage error', 'apps/cli/src/commands/tokens/owner.ts', 'RGW_CLI_USAGE', 'An API token has one owner.'],
    ['a note', 'apps/cli/src/browser-login/loopback.ts', 'note', 'No browser could be opened.'],
    ['the help of a command', 'apps/cli/src/commands/tokens/create.ts', 'describe', 'Create'],
    [
      'a text of rack-gateway-server',
      'apps/gateway/src/admin-cli/actions/tokens.ts',
      'error',
      'the token expires on …',
    ],
    ['a text of the log', 'packages/audit/src/plugin.ts', 'error', 'the audit log cannot be written'],
    ['a page', 'packages/auth/src/login/pages.ts', 'sendPage', 'include the request ID …'],
    ['the web console', 'apps/web/src/pages/people/tabs.ts', 'label', 'Invite a person'],
  ])('%s', (_, file, label, text) => {
    expect(texts.filter((one) => one.file === file && one.label === label && one.text.includes(text))).not.toEqual([])
  })

  test('each text with the code of its error, and not code', () => {
    const source = `import { x } from 'three plain words'
throw withRule(new Gone(\`The app \${x} is gone.\`, isOld ? 'Create it again.' : 'Wait.'), 'gone')
sql('all rows of it')
const page = <p className="a b c">Open <code>it</code> now.</p>
context.note('Done.')`
    expect(textsIn('apps/cli/src/one.tsx', source, new Map([['Gone', 'RGW_GONE']]))).toEqual([
      { file: 'apps/cli/src/one.tsx', line: 2, label: 'RGW_GONE', text: 'The app … is gone. Create it again. Wait.' },
      { file: 'apps/cli/src/one.tsx', line: 4, label: 'p', text: 'Open it now.' },
      { file: 'apps/cli/src/one.tsx', line: 5, label: 'note', text: 'Done.' },
    ])
  })
})

describe('these checks', () => {
  test('see a link to nowhere, to a missing heading and to a missing page’s heading', () => {
    const page = `${workspace}README.md`
    const text =
      '# One title\n[a](LICENSE) [b](nowhere.md) [c](#one-title) [d](#two) [e](https://example.com) [f](nowhere.md#x)'
    expect(brokenLinks(page, text)).toEqual(['nowhere.md', '#two', 'nowhere.md#x'])
  })

  test('take no link from code', () => {
    expect(brokenLinks(`${workspace}README.md`, '`[a](nowhere)`\n\n    [b](nowhere)\n```\n[c](nowhere)\n```')).toEqual(
      [],
    )
  })

  test('find a part without a marker, a marker without a part, and an empty part', () => {
    const page = '<!-- generated: one -->\nold\n<!-- end -->\n'
    expect(withParts(page, { one: 'new' })).toBe('<!-- generated: one -->\n\nnew\n\n<!-- end -->\n')
    expect(() => withParts(page, { one: 'new', two: 'new' })).toThrow('no place for two')
    expect(() => withParts(page, {})).toThrow('nothing makes the part one')
    expect(() => withParts(page, { one: '' })).toThrow('the part one is empty')
  })

  test('see the first sentence after the title', () => {
    expect(firstSentence('# Is it a title?\n\nRead `a.md`. Why?\n')).toBe('Read `a.md`.')
    expect(firstSentence('# A title\n\nWhy not [this](a.md)? Because.\n')).toBe('Why not [this](a.md)?')
  })

  test('count the words of a text and of its tables', () => {
    expect(countWords('# One title\n\nTwo  words.\n\n| a | b |\n')).toBe(10)
    expect(countWords('')).toBe(0)
  })

  test('see a command of ours that can’t be typed', async () => {
    expect(pages.flatMap(({ path }) => typedLines(readFileSync(path, 'utf8'))).length).toBeGreaterThan(80)
    expect(
      typedLines('    rack-gateway tokens creat x\nrack-gateway login NAME URL\n$ rack-gateway tokens lst'),
    ).toEqual(['rack-gateway tokens creat x', 'rack-gateway tokens lst'])
    await expect(checkCommandLine('rack-gateway tokens creat x')).rejects.toThrow()
    await expect(checkCommandLine('rack-gateway tokens create x --rolle y > file')).rejects.toThrow(
      'Did you mean --role?',
    )
  })

  test('see each rule that a source file names', () => {
    const text = `/** {rule: 'in-comment'} */ { rule: 'as-property' } deny('by-call', reason) denyLogin(400, 'with-status', title)
withRule(new Fault(reason(1), 'do this'), 'of-error')`
    expect(rulesIn(text)).toEqual(['as-property', 'by-call', 'with-status', 'of-error'])
  })

  test('see the status of a rule', () => {
    const text = `parseError(421, 'other-host', reason) withRule(new Gone(reason('x'), 'do this'), 'of-error')
new Gone(reason('x'), 'do this', { rule: 'of-details', retryAfter })`
    expect(ruleStatuses(text, new Map([['Gone', '410']]))).toEqual([
      ['other-host', '421'],
      ['of-error', '410'],
      ['of-details', '410'],
    ])
  })

  test('find an unknown variable, code, and file', () => {
    const text = 'Set `AUDIT_REEDS` or RACK_URL_STAGING; it answers `RGW_NO_SUCH_THING`, by `no/such.ts`.'
    expect(variablesIn(text)).toEqual(['AUDIT_REEDS', 'RACK_URL_'])
    expect(isWordOf(source, 'AUDIT_REEDS')).toBe(false)
    expect(codesIn(text)).toEqual(['RGW_NO_SUCH_THING'])
    expect(sourceFilesIn(text)).toEqual(['no/such.ts'])
  })
})

/** Lines of code that begin with our command, with or without a prompt, and commands within a sentence that are whole. */
function typedLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim().replace(/^\$ /, ''))
    .filter((line) => line.startsWith('rack-gateway ') && !/[…<[]|\bNAME\b|COMMAND|: /.test(line))
}

function firstSentence(page: string): string | undefined {
  return /^# .*\n\s*(.+?[.?!])(?=\s)/.exec(page)?.[1]
}

/** Whatever is between white space, as `wc -w` counts. */
function countWords(text: string): number {
  return text.match(/\S+/g)?.length ?? 0
}

function codesIn(text: string): string[] {
  return text.match(/\bRGW_[A-Z][A-Z_]*[A-Z]\b/g) ?? []
}

/** Names with an underscore, but for codes; those of a rack or sink without its name. */
function variablesIn(text: string): string[] {
  const names = text.match(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9]\b/g) ?? []
  return names
    .filter((name) => !name.startsWith('RGW_'))
    .map((name) =>
      name.replace(
        /^((?:RACK_(?:CA|TLS_INSECURE|TLS_PIN|TOKEN|URL)|AUDIT_SINK_(?:CA|HEADER|KINDS|SECRET|URL))_).*/,
        '$1',
      ),
    )
}

const metricNames = new Set(
  Object.values<readonly Metric[]>(metricTable).flatMap((metrics) => metrics.map(({ name }) => name)),
)

function metricsIn(text: string): string[] {
  return text.match(/(?<=`)rack_gateway_\w+(?=`)/g) ?? []
}

function scriptsIn(text: string): string[] {
  const calls = text.matchAll(/pnpm@[\d.]+ (?!install|exec|add)([a-z][a-z-]*)/g)
  return [...calls].map(([, script = '']) => script)
}

function sourceFilesIn(text: string): string[] {
  return text.match(/(?<=`)[\w./-]+\.ts(?=`)/g) ?? []
}

function rootScripts(): object {
  const manifest: { scripts: object } = JSON.parse(readFileSync(`${workspace}package.json`, 'utf8'))
  return manifest.scripts
}

function isWordOf(text: string, word: string): boolean {
  return new RegExp(`(?<![A-Z0-9_])${word}${word.endsWith('_') ? '' : '(?![A-Z0-9_])'}`).test(text)
}
