#!/usr/bin/env node
// Builds the executables of the rack-gateway command from Node for each system, with checksums and bills of materials:
//
//   node infra/build-executables.mjs [--out DIR] [--with-empty] [--node-license FILE] [TARGET=RUNTIME …]
//
// Without a target, builds for this system from the Node that runs this script. A RUNTIME of another system does not
// run on this machine. So this Node or another RUNTIME must run on this machine, and have the same version.
// Each executable includes Node's licenses. --node-license is the file with these licenses, if it is not next to Node.
// --with-empty also builds an executable that does nothing, for comparison in measurements.
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { buildExecutableScripts } from '../apps/cli/build/executable-scripts.mjs'
import { collectLicenses } from '../apps/cli/build/licenses.mjs'
import { billOfMaterials, executableBill } from './executables/bill-of-materials.mjs'
import { runtimeLicense } from './executables/runtime-license.mjs'
import { makeSingleExecutable } from './executables/single-executable.mjs'
import { executableName, readTargets, withPreparers } from './executables/targets.mjs'

const cli = fileURLToPath(new URL('../apps/cli/', import.meta.url))
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: fileURLToPath(new URL('dist-executables', import.meta.url)) },
    'with-empty': { type: 'boolean', default: false },
    'node-license': { type: 'string' },
  },
})
const out = resolve(values.out)
const runtimes = withPreparers(readTargets(positionals)).map((one) => ({
  ...one,
  license: runtimeLicense(one, values['node-license']),
}))

const scratch = mkdtempSync(join(tmpdir(), 'rack-gateway-scripts-'))
try {
  const { start, scripts, metafile } = await buildExecutableScripts()
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  const main = writeScratch('start.cjs', start)
  const assets = Object.fromEntries(
    [...scripts].map(([name, script]) => [`${name}.cjs`, writeScratch(`${name}.cjs`, script)]),
  )
  const bill = billOfMaterials(metafile, cli)
  for (const one of runtimes) {
    const { target, runtime, version, preparer } = one
    const name = executableName(target)
    const output = join(out, name)
    await makeSingleExecutable({ runtime, preparer, main, assets, output })
    writeFileSync(join(out, `${name}.cdx.json`), jsonText(executableBill(bill, one)))
    // The compressed file is a third as large. Windows has no standard command that unpacks .gz.
    if (!target.startsWith('win-')) writeFileSync(join(out, `${name}.gz`), gzipSync(readFileSync(output)))
    console.log(`${join(out, name)}, of Node ${version}`)
  }
  writeFileSync(join(out, 'rack-gateway-npm.cdx.json'), jsonText(bill))
  writeFileSync(join(out, 'rack-gateway-licenses.txt'), collectLicenses([metafile], { runtimes }))
  writeChecksums()
  if (values['with-empty']) await makeEmpty(runtimes[0]?.preparer ?? process.execPath)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

function jsonText(bill) {
  return `${JSON.stringify(bill, null, 2)}\n`
}

async function makeEmpty(runtime) {
  const main = writeScratch('empty.cjs', '')
  await makeSingleExecutable({ runtime, preparer: runtime, main, assets: {}, output: join(out, 'empty') })
}

/** @returns the path of a new file */
function writeScratch(name, content) {
  const path = join(scratch, name)
  writeFileSync(path, content)
  return path
}

/** Writes the format of `sha256sum --check`. */
function writeChecksums() {
  const lines = readdirSync(out)
    .sort()
    .map(
      (name) =>
        `${createHash('sha256')
          .update(readFileSync(join(out, name)))
          .digest('hex')}  ${name}\n`,
    )
  writeFileSync(join(out, 'SHA256SUMS'), lines.join(''))
}
