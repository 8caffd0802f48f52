import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readCommand } from '@rack-gateway/command-matcher'
import { describe, expect, test } from 'vitest'
import { isMap, isSeq, parseDocument } from 'yaml'
import { documentWarnings, readPolicy } from '../document/document.ts'
import { expandWithImplied } from '../permissions/permission-patterns.ts'
import { permissions } from '../permissions/permissions.ts'
import { compilePolicy } from '../policy/policy.ts'
import { binding, call, principal } from '../testing/calls.ts'
import { ownRules } from './document-rules.ts'
import { readCases } from './read-cases.ts'
import { runCases } from './run-cases.ts'

const directory = fileURLToPath(new URL('../../../../examples/policies', import.meta.url))
const frameworks = readdirSync(directory, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
const textOf = (framework: string, file: string) => readFileSync(`${directory}/${framework}/${file}`, 'utf8')

/** Names of the failed cases, or the problems of the document or the cases. */
function failures(framework: string, text: string): readonly string[] {
  const { document, problems } = readPolicy(text, 'policy.yaml')
  if (document === null) return problems.map((problem) => problem.text)
  const file = readCases(textOf(framework, 'policy.cases.yaml'))
  if ('problems' in file) return file.problems.map((problem) => problem.text)
  const { cases, problems: wrong } = file.checkAgainst(document)
  if (cases === null) return wrong.map((problem) => problem.text)
  return runCases(document, cases).evaluations.flatMap((one) => (one.passed ? [] : one.case.name))
}

/** The document without one rule, role, or protected key each. */
function mutants(text: string): readonly (readonly [removed: string, text: string])[] {
  const sections = [['roles'], ['commands', 'rules'], ['stepUp', 'rules'], ['protected', 'environment']]
  return sections.flatMap((path) => {
    const section = parseDocument(text).getIn(path)
    const keys = isMap(section)
      ? section.items.map(({ key }) => String(key))
      : isSeq(section)
        ? section.items.map((_, index) => index)
        : []
    return keys.map((key) => {
      const document = parseDocument(text)
      document.deleteIn([...path, key])
      return [[...path, key].join('.'), document.toString()] as const
    })
  })
}

/** Commands that run any code, read secrets, or delete data. */
const dangerous: Readonly<Record<string, readonly string[]>> = {
  rails: [
    'bin/rails console',
    'rails console --sandbox',
    'bin/rails runner 1',
    'bin/rails dbconsole',
    'bundle exec rails console',
    'bin/rails db:drop',
    'rake db:migrate db:drop',
    'rake db:migrate:reset',
    'bin/rails oneoff:a db:drop',
    'bin/rails credentials:show',
    'ruby',
  ],
  django: [
    'python manage.py shell',
    'python manage.py shell -c x',
    'python3 manage.py shell_plus',
    'python manage.py dbshell',
    'python manage.py flush --noinput',
    'python manage.py diffsettings',
    'python manage.py migrate shop zero',
    'python manage.py check --settings evil',
    'python -c x',
  ],
  laravel: [
    'php artisan tinker',
    'php artisan db',
    'php artisan db:wipe --force',
    'php artisan migrate:fresh --force',
    'php artisan migrate:rollback --force',
    'php artisan config:show app',
    'php artisan env:decrypt',
    'php -a',
  ],
  node: [
    'node',
    'node -e x',
    'npx prisma migrate reset --force',
    'npx prisma studio',
    'npx prisma db execute --stdin',
    'npx knex migrate:rollback',
    'npx cowsay',
    'npx -c sh prisma migrate status',
    'npm exec cowsay',
    'npm run oneoff:a --script-shell=evil',
  ],
}

describe.each(frameworks)('the first policy for %s', (framework) => {
  const text = textOf(framework, 'policy.yaml')
  const { document, problems } = readPolicy(text, 'policy.yaml')
  if (document === null) throw new Error(problems.map((problem) => problem.text).join('; '))
  const policy = compilePolicy(document)

  test('is valid, without warnings, and passes its cases', () => {
    expect(documentWarnings(document)).toEqual([])
    expect(failures(framework, text)).toEqual([])
  })

  test('has allowed and denied cases', () => {
    const cases = textOf(framework, 'policy.cases.yaml')
    for (const effect of ['allow', 'deny', 'require']) expect(cases).toContain(`effect: ${effect},`)
  })

  test.each(mutants(text))('fails a case without %s', (_, mutant) => {
    expect(failures(framework, mutant)).not.toEqual([])
  })

  test.each(dangerous[framework] ?? [])('allows only leads and administrators: %s', (command) => {
    const run = call('POST /apps/{app}/services/{service}/processes', { command: readCommand(command, 'run') })
    for (const role of ['viewer', 'ops', 'deployer', 'ci', 'auditor'])
      expect([role, policy.decide(principal([binding(role)]), run).effect]).toEqual([role, 'deny'])
    for (const role of ['lead', 'admin'])
      expect(policy.decide(principal([binding(role)], { secondFactor: true }), run).effect).not.toBe('allow')
  })

  describe('has a role for emergencies', () => {
    test('with every permission of racks, and none of the gateway', () => {
      const granted = expandWithImplied(policy.roles.get('emergency')?.permissions ?? [])
      const expected = permissions.map(({ name }) => name).filter((name) => !name.startsWith('gateway:'))
      expect([...granted].toSorted()).toEqual(expected.toSorted())
    })

    test('that users ask for, and that is one rule for the tests', () => {
      const rule = document.requests.find(({ role }) => role === 'emergency')
      expect(rule).toMatchObject({
        from: [{ kind: 'group' }],
        reviewers: [{ kind: 'role', name: 'admin' }],
        reviews: 1,
      })
      const rules = ownRules(document).map((own) => own.rule)
      expect(rules.filter((one) => one.startsWith('role:emergency'))).toEqual(['role:emergency'])
    })
  })

  test('has commands that run any code', () => {
    expect(dangerous[framework]?.length).toBeGreaterThan(0)
  })
})
