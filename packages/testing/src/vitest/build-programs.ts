import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const workspace = fileURLToPath(new URL('../../../..', import.meta.url))

/**
 * Builds the programs that integration tests import and start. Type errors are printed but do not stop the tests: the
 * compiler writes its output anyway.
 */
export default function buildPrograms(): void {
  for (const command of [
    ['node_modules/typescript/bin/tsc', '-b', '--checkers', '1'],
    ['apps/gateway/bundle.mjs'],
    ['apps/cli/bundle.mjs'],
    ['apps/web/build.mjs'],
  ])
    spawnSync(process.execPath, command, { cwd: workspace, stdio: ['ignore', 'inherit', 'inherit'] })
}
