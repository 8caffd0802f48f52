import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'postject'

const resource = 'NODE_SEA_BLOB'
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'

/**
 * Puts a script and its assets into a copy of Node.
 *
 * @param {object} parts
 * @param {string} parts.runtime the Node to copy
 * @param {string} parts.preparer a Node of the same version that runs on this machine; can be the runtime
 * @param {string} parts.main the path of a script in CommonJS
 * @param {Record<string, string>} parts.assets paths of the assets that `main` reads from the executable, by name
 * @param {string} parts.output the path of the executable
 */
export async function makeSingleExecutable({ runtime, preparer, main, assets, output }) {
  const scratch = mkdtempSync(join(tmpdir(), 'rack-gateway-executable-'))
  try {
    const blob = join(scratch, 'blob')
    const config = join(scratch, 'config.json')
    writeFileSync(
      config,
      JSON.stringify({
        main,
        assets,
        output: blob,
        disableExperimentalSEAWarning: true,
        // Ignores NODE_OPTIONS, which a user sets for Node and not for this program.
        execArgvExtension: 'none',
      }),
    )
    execFileSync(preparer, ['--experimental-sea-config', config], { stdio: ['ignore', 'ignore', 'inherit'] })
    rmSync(output, { force: true })
    copyFileSync(runtime, output)
    chmodSync(output, 0o755)
    await injectBlob(output, readFileSync(blob))
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

async function injectBlob(output, blob) {
  const isMachO = [0xcffaedfe, 0xcafebabe].includes(readFileSync(output).readUInt32BE(0))
  // macOS runs only signed programs, and a change makes the signature invalid.
  if (isMachO && process.platform === 'darwin') execFileSync('codesign', ['--remove-signature', output])
  await inject(output, resource, blob, { sentinelFuse: fuse, machoSegmentName: isMachO ? 'NODE_SEA' : undefined })
  if (isMachO && process.platform === 'darwin') execFileSync('codesign', ['--sign', '-', output])
}
