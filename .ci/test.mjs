// Runs all checks, and then the tests, even if a check fails. The last line counts both.
// With `--unit`, runs only the tests that need no database, socket, or process. Other arguments are test files.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findChromium, installChromium } from './chromium.mjs'
import { installPrograms } from './debian-packages.mjs'

const scratch = mkdtempSync(join(tmpdir(), 'rack-gateway-test-'))
const words = process.argv.slice(2)
const unitOnly = words.includes('--unit')
const files = words.filter((word) => word !== '--unit')

/**
 * @param isAlone whether no other command runs at the same time; otherwise, the output is printed when the command ends
 * @returns whether the command succeeded
 */
async function run(title, command, args, isAlone) {
  const heading = `\n── ${title}: ${command} ${args.join(' ')}`
  if (isAlone) console.log(heading)
  const started = Date.now()
  const stdio = isAlone ? 'inherit' : ['ignore', 'pipe', 'pipe']
  const child = spawn(command, args, { stdio, shell: process.platform === 'win32' })
  const output = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => output.push(chunk))
  const succeeded = await new Promise((resolve) => {
    child.on('error', ({ message }) => {
      console.error(message)
      resolve(false)
    })
    child.on('close', (status) => resolve(status === 0))
  })
  if (!isAlone) console.log(`${heading}\n${Buffer.concat(output).toString().trimEnd()}`)
  console.log(`── ${title}: ${succeeded ? 'passed' : 'FAILED'} in ${((Date.now() - started) / 1000).toFixed(1)} s`)
  return succeeded
}

/**
 * A run without a report counts as one failure. If the run failed but no test did, `failed` is the number of failed
 * suites, and at least 1.
 */
function testCounts(report, succeeded) {
  try {
    const { numPassedTests, numFailedTests, numFailedTestSuites, numPendingTests, numTodoTests } = JSON.parse(
      readFileSync(report, 'utf8'),
    )
    const failed = numFailedTests > 0 ? numFailedTests : succeeded ? 0 : Math.max(1, numFailedTestSuites)
    return { passed: numPassedTests, failed, skipped: numPendingTests + numTodoTests }
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

async function runTests(mode) {
  const report = join(scratch, `${mode}.json`)
  const options = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  if (files.length > 0) options.push('--passWithNoTests')
  const succeeded = await run(`${mode} tests`, 'vitest', ['run', '--mode', mode, ...options, ...files], true)
  return { title: `${mode} tests`, ...testCounts(report, succeeded) }
}

async function runCheck(title, command, args) {
  const passed = await run(title, command, args, false)
  return { title, passed: Number(passed), failed: Number(!passed), skipped: 0 }
}

/** Without Chromium, tests that need a browser are skipped. In continuous integration they fail instead. */
function prepareChromium() {
  const chromium = findChromium() ?? installChromium()
  if (chromium !== null) process.env.CHROMIUM_BIN = chromium
  else if (!process.env.CI) console.log('\n── Without Chromium, the tests of the web console in a browser are skipped.')
}

const checks = await Promise.all([
  runCheck('format and lint', 'biome', ['check', '--error-on-warnings', '.']),
  // With more than one checker, the checkers of a project repeat each other's work.
  runCheck('types', 'tsc', ['-b', '--checkers', '1']),
  runCheck('unused code', 'knip', ['--no-progress', '--treat-config-hints-as-errors']),
])
if (!unitOnly) {
  prepareChromium()
  installPrograms()
}
/** The tests of containers need them. They are kept for the next run. */
const makeBaseImages = () => run('base images', 'tsx', ['infra/test/containers/make-base-images.ts'], false)
const [unitTests] = await Promise.all([runTests('unit'), ...(unitOnly || files.length > 0 ? [] : [makeBaseImages()])])
const tests = [unitTests, ...(unitOnly ? [] : [await runTests('integration')])]
rmSync(scratch, { recursive: true, force: true })

const sum = (results, field) => results.reduce((total, result) => total + result[field], 0)
console.log(
  `\n${checks.map(({ title, failed }) => `${title} ${failed === 0 ? 'passed' : 'failed'}`).join(', ')}, ${tests
    .map(({ title, passed, failed, skipped }) => `${title}: ${passed} passed, ${failed} failed, ${skipped} skipped`)
    .join('; ')}`,
)
const failed = sum([...checks, ...tests], 'failed')
console.log(`${sum([...checks, ...tests], 'passed')} passed, ${failed} failed`)
process.exit(failed === 0 && sum(tests, 'passed') > 0 ? 0 : 1)
