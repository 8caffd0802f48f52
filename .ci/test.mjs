// Runs every check in order and ends with one line that counts them all. A check that fails doesn't hide the ones after it.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const scratch = mkdtempSync(join(tmpdir(), 'rack-gateway-test-'))
const report = join(scratch, 'vitest.json')
const only = process.argv.slice(2)

/** @returns whether the command succeeded */
function run(title, command, args) {
  console.log(`\n── ${title}: ${command} ${args.join(' ')}`)
  const started = Date.now()
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' })
  if (error) console.error(error.message)
  console.log(`── ${title}: ${status === 0 ? 'passed' : 'FAILED'} in ${((Date.now() - started) / 1000).toFixed(1)} s`)
  return status === 0
}

/** @returns vitest's own counts; a run that left no report counts as one failure. What was skipped is neither. */
function testCounts(succeeded) {
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

const checks = [
  ['format and lint', 'biome', ['check', '--error-on-warnings', '.']],
  ['types', 'tsc', ['-b']],
]
const results = checks.map(([title, command, args]) => run(title, command, args))
const succeeded = run('tests', 'vitest', [
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...only,
])
const tests = testCounts(succeeded)
rmSync(scratch, { recursive: true, force: true })

const passed = results.filter(Boolean).length + tests.passed
const failed = results.filter((result) => !result).length + tests.failed
console.log(
  `\nformat and lint ${results[0] ? 'passed' : 'failed'}, types ${results[1] ? 'passed' : 'failed'}, tests ${tests.passed} passed, ${tests.failed} failed and ${tests.skipped} skipped`,
)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 && tests.passed > 0 ? 0 : 1)
